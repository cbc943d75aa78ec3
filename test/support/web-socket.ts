import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { bearerVerdict } from './bearer-verdict.js';
import type { Served } from './http.js';

/** An upstream that accepts every WebSocket handshake. */
export interface WebSocketUpstream {
  origin: string;
  /** Handshakes that came. */
  accepted: number;
  close(): Promise<void>;
}

export async function startWebSocketUpstream(): Promise<WebSocketUpstream> {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  const { port } = http.address() as { port: number };
  const upstream: WebSocketUpstream = {
    origin: `http://127.0.0.1:${port}`,
    accepted: 0,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  sockets.on('connection', () => (upstream.accepted += 1));
  return upstream;
}

/** What became of a handshake with this token: as `bearerVerdict`. The connection is closed at once. */
export async function handshakeVerdict({ origin }: Served, token: string, path: string): Promise<string> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`, {
    headers: { Authorization: `Bearer ${token}` },
    handshakeTimeout: 5_000,
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      socket.once('close', () => resolve('accepted'));
      socket.close();
    });
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      response.resume();
      const headers = new Headers();
      for (const [name, values] of Object.entries(response.headersDistinct)) {
        for (const value of values ?? []) headers.append(name, value);
      }
      resolve(bearerVerdict({ status: response.statusCode!, headers, text: '', json: undefined }));
    });
  });
}
