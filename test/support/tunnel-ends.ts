import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import type { RevalidationTerms } from '../../src/modules/gateway/proxy/revalidation.js';
import type { Route } from '../../src/modules/gateway/routes/route.js';
import { anybodyAt, aRouteTo, closedAfterEach, until } from './gateway-front.js';
import { type TunnelFront, startTunnelFront } from './tunnel-front.js';
import { type UpstreamServer, startUpstream } from './upstream-server.js';

/** An upstream that sends back every message. */
export interface EchoServer extends UpstreamServer {
  handshakes: IncomingMessage[];
  sockets: WebSocket[];
}

/** Starts echo servers and fronts of one test, closed after it. */
export function tunnelsOfOneTest() {
  const toBeClosed = closedAfterEach();
  return {
    toBeClosed,
    async anEchoServer(this: void, server = createServer()): Promise<EchoServer> {
      const echo: Pick<EchoServer, 'handshakes' | 'sockets'> = { handshakes: [], sockets: [] };
      const sockets = new WebSocketServer({ server });
      sockets.on('connection', (socket, request) => {
        echo.handshakes.push(request);
        echo.sockets.push(socket);
        socket.on('error', () => undefined);
        socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
      });
      const started = await startUpstream((_, response) => response.writeHead(404).end(), { server });
      return toBeClosed(Object.assign(started, echo));
    },
    async aFront(
      this: void,
      upstream: UpstreamServer,
      { terms = {}, route = {} }: { terms?: Partial<RevalidationTerms>; route?: Partial<Route> } = {},
    ): Promise<TunnelFront> {
      return toBeClosed(await startTunnelFront(aRouteTo([upstream], { webSocket: true, ...route }), terms));
    },
  };
}

/** A client whose handshake was accepted. */
export async function connected(front: TunnelFront, options: object = {}): Promise<WebSocket> {
  const socket = new WebSocket(`${front.origin}/chat?room=1`, options);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

/** The next message after one that is sent. */
export async function answerTo(socket: WebSocket, message: string | Buffer): Promise<Buffer> {
  const answer = once(socket, 'message');
  socket.send(message);
  return (await answer)[0] as Buffer;
}

/** How it was closed, once it is. */
export async function closing(socket: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return { code, reason: String(reason) };
}

/** Everything that was opened or taken for tunnels to the upstream is closed and given back. */
export async function expectNothingLeft(front: TunnelFront, upstream: UpstreamServer): Promise<void> {
  await until(() => front.underWay === 0, 'the tunnel to end');
  await until(() => front.pools.choose(anybodyAt(aRouteTo([upstream]))).inFlight === 0, 'nothing in flight');
  await until(() => upstream.connections.size === 0, 'the connection to the upstream to close');
  await until(() => front.sockets.every(({ closed }) => closed), 'the connection to the client to close');
}

/** The fields of a handshake, with the key of RFC 6455 §1.3. */
export const HANDSHAKE: readonly string[] = [
  'Host: a',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];

/** The header of a request as it goes over the connection. */
export function handshake(line = 'GET / HTTP/1.1', fields: readonly string[] = HANDSHAKE): string {
  return `${line}\r\n${fields.join('\r\n')}\r\n\r\n`;
}
