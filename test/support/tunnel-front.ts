import { type Server, createServer } from 'node:http';
import type { Socket } from 'node:net';
import type { RevalidationTerms } from '../../src/modules/gateway/proxy/revalidation.js';
import { responseOn } from '../../src/modules/gateway/http/upgrades.js';
import { Tunnels } from '../../src/modules/gateway/proxy/web-socket/tunnels.js';
import { UpstreamPools } from '../../src/modules/gateway/proxy/targets/upstream-pools.js';
import type { Route } from '../../src/modules/gateway/routes/route.js';
import { SystemClock } from '../../src/platform/clock/clock.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import type { ProblemError } from '../../src/protocol/problem.js';
import { Throttled } from '../../src/protocol/throttled.js';
import { FOR_EVER, anAdmission } from './gateway-front.js';

/** An HTTP server that has decided to let every handshake through by one route; callers as in `startFront`. */
export interface TunnelFront {
  /** Of the scheme `ws`. */
  origin: string;
  port: number;
  server: Server;
  tunnels: Tunnels;
  pools: UpstreamPools;
  logs: Record<string, unknown>[];
  /** Tunnels that have not ended. */
  underWay: number;
  /** Server's sides of connections. */
  sockets: Socket[];
  close(): Promise<void>;
}

export async function startTunnelFront(
  route: Route,
  terms: Partial<RevalidationTerms> = {},
): Promise<TunnelFront> {
  const logs: Record<string, unknown>[] = [];
  const logger = createLogger('trace', { write: (line) => void logs.push(JSON.parse(line)) });
  const pools = new UpstreamPools(logger);
  const tunnels = new Tunnels(pools, new SystemClock(), logger);
  const server = createServer((_, response) => response.writeHead(426).end());
  const front: TunnelFront = {
    ...{ origin: '', port: 0, server, tunnels, pools, logs, underWay: 0, sockets: [] },
    async close() {
      await tunnels.onModuleDestroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pools.onApplicationShutdown();
    },
  };
  server.on('upgrade', (request, socket: Socket, head) => {
    socket.on('error', () => socket.destroy());
    const response = responseOn(socket, request);
    front.underWay += 1;
    front.sockets.push(socket);
    const admission = anAdmission(request, route, {
      identityHeaders: { 'X-Identity': 'assertion' },
      terms: { ...FOR_EVER, ...terms },
    });
    void tunnels
      .tunnel(admission, { request, response, socket, head })
      .catch((error: ProblemError | Throttled) => {
        const status = error instanceof Throttled ? 429 : error.status;
        response.writeHead(status, { 'Content-Length': 0 }).end();
      })
      .finally(() => (front.underWay -= 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  front.port = (server.address() as { port: number }).port;
  front.origin = `ws://127.0.0.1:${front.port}`;
  return front;
}
