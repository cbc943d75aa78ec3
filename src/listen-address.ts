import { once } from 'node:events';
import { createServer } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServerConfig } from './config/config.js';

const REASONS: Record<string, string> = {
  EADDRINUSE: 'is in use by another process',
  EADDRNOTAVAIL: 'is not an address of this machine',
  ENOTFOUND: 'cannot be resolved',
  EAI_AGAIN: 'cannot be resolved now',
  EACCES: 'may not be used by this user',
};

/** Why the process could not listen where HOST and PORT say: tried, and given up again. */
export async function listenMistakes({ host, port }: Pick<ServerConfig, 'host' | 'port'>): Promise<string[]> {
  const probe = createServer();
  try {
    probe.listen({ port, host });
    await once(probe, 'listening');
    return [];
  } catch (error) {
    return [listenMistake({ host, port }, error)];
  } finally {
    probe.close();
  }
}

/** @throws Error that names HOST and PORT */
export async function listen(app: NestFastifyApplication, server: ServerConfig): Promise<void> {
  try {
    await app.listen(server.port, server.host);
  } catch (error) {
    throw new Error(listenMistake(server, error), { cause: error });
  }
}

function listenMistake({ host, port }: Pick<ServerConfig, 'host' | 'port'>, error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = REASONS[code ?? ''];
  return reason === undefined
    ? `HOST and PORT: ${message}.`
    : `The address ${host}:${port} of HOST and PORT ${reason}.`;
}
