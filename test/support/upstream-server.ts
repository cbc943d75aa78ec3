import { type RequestListener, type Server, createServer } from 'node:http';
import { type Server as NetServer, type Socket, createServer as createNetServer } from 'node:net';

/** A server for the gateway to forward to, on a port of its own. */
export interface UpstreamServer {
  origin: string;
  port: number;
  /** Connections that are open now. */
  connections: Set<Socket>;
  /** Connections that ever were. */
  accepted: number;
  /** Requests that ever were, where they are HTTP. */
  asked: number;
  close(): Promise<void>;
}

/** @param port an earlier one's, to come back in its place */
export async function startUpstream(
  handle: RequestListener,
  { port = 0, server = createServer({ keepAliveTimeout: 60_000 }) }: { port?: number; server?: Server } = {},
): Promise<UpstreamServer> {
  server.on('request', handle);
  return listen(server, port);
}

/** @param talk called with each connection; whatever goes over it is no concern of Node's HTTP */
export async function startRawUpstream(talk: (socket: Socket) => void): Promise<UpstreamServer> {
  return listen(
    createNetServer((socket) => {
      socket.on('error', () => undefined);
      talk(socket);
    }),
  );
}

/** Answers each request's header with fixed bytes, and leaves the connection open. */
export async function startCannedUpstream(answer: string): Promise<UpstreamServer> {
  return startRawUpstream((socket) => {
    socket.on('data', (chunk) => {
      if (chunk.includes('\r\n\r\n')) socket.write(answer, 'latin1');
    });
  });
}

async function listen(server: NetServer, wantedPort = 0): Promise<UpstreamServer> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wantedPort, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { port: number };
  const scheme = 'setSecureContext' in server ? 'https' : 'http';
  const upstream: UpstreamServer = {
    origin: `${scheme}://127.0.0.1:${port}`,
    port,
    connections: new Set(),
    accepted: 0,
    asked: 0,
    async close() {
      for (const socket of upstream.connections) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('request', () => (upstream.asked += 1));
  server.on('connection', (socket: Socket) => {
    upstream.accepted += 1;
    upstream.connections.add(socket);
    socket.once('close', () => upstream.connections.delete(socket));
  });
  return upstream;
}
