import { type Server, type Socket, connect, createServer } from 'node:net';
import { freePort } from './free-port.js';

/** A stretch of network between a server and its database, to be broken. */
export interface DatabaseProxy {
  /** The database's URL by way of this proxy. */
  url: string;
  /** As when the database's process is gone: connections break, new ones are refused. */
  refuse(): Promise<void>;
  /** As when the database's machine is gone: connections stand, and nothing comes back. */
  swallow(): void;
  /** The way is open again; what was swallowed is lost. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

export async function aDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const database = new URL(databaseUrl);
  const port = await freePort();
  const sockets = new Set<Socket>();
  let isOpen = true;
  let server: Server | undefined;

  function join(near: Socket): void {
    const far = connect(Number(database.port || 5432), database.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => void (isOpen && to.write(chunk)));
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }

  async function listen(): Promise<void> {
    server ??= createServer(join);
    if (!server.listening) await new Promise<void>((done) => server!.listen(port, '127.0.0.1', done));
  }

  async function refuse(): Promise<void> {
    const closed = new Promise((done) => server!.close(done));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  await listen();
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    refuse,
    swallow: () => void (isOpen = false),
    async restore() {
      isOpen = true;
      await listen();
    },
    close: refuse,
  };
}
