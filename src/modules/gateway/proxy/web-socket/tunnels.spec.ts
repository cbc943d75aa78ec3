import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import { type Socket, connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { aRouteTo, until } from '../../../../../test/support/gateway-front.js';
import { raw, statusOf } from '../../../../../test/support/raw.js';
import {
  HANDSHAKE,
  answerTo,
  closing,
  connected,
  expectNothingLeft,
  handshake,
  tunnelsOfOneTest,
} from '../../../../../test/support/tunnel-ends.js';
import { startTunnelFront } from '../../../../../test/support/tunnel-front.js';
import { startRawUpstream, startUpstream } from '../../../../../test/support/upstream-server.js';
import { InvalidToken } from '../../../../protocol/bearer-error.js';
import { ProblemError } from '../../../../protocol/problem.js';

const { toBeClosed, anEchoServer, aFront } = tunnelsOfOneTest();

describe('a WebSocket', () => {
  it('speaks with the upstream as if it were there, message by message', async () => {
    const upstream = await anEchoServer();
    const front = await aFront(upstream);
    const socket = await connected(front);
    for (const message of ['hello', '', 'x'.repeat(100_000)]) {
      expect(String(await answerTo(socket, message))).toBe(message);
    }
    const closed = closing(socket);
    socket.close(4000, 'done');
    expect(await closed).toEqual({ code: 4000, reason: 'done' });
    await expectNothingLeft(front, upstream);
  });

  it('waits for a side that reads slowly', async () => {
    const upstream = await anEchoServer();
    const front = await aFront(upstream);
    const socket = await connected(front);
    socket.pause();
    const [far] = upstream.sockets as [WebSocket];
    const message = Buffer.alloc(1024 * 1024);
    for (let nth = 0; nth < 64; nth += 1) far.send(message);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(far.bufferedAmount).toBeGreaterThan(32 * message.length);
    let received = 0;
    socket.on('message', (chunk: Buffer) => (received += chunk.length));
    socket.resume();
    await until(() => received === 64 * message.length, 'everything');
    socket.terminate();
  });

  it('counts among what is in flight to its target', async () => {
    const upstream = await anEchoServer();
    const route = aRouteTo([upstream], { webSocket: true }, { maxInFlight: 1 });
    const front = toBeClosed(await startTunnelFront(route));
    const socket = await connected(front);
    expect(statusOf(await raw(front, handshake()))).toBe(503);
    socket.terminate();
    await expectNothingLeft(front, upstream);
    (await connected(front)).terminate();
  });
});

describe('a WebSocket of a caller', () => {
  it('counts in its share of what is in flight, which others do not lose', async () => {
    const upstream = await anEchoServer();
    const route = aRouteTo([upstream], { webSocket: true }, { maxInFlight: 8 });
    const front = toBeClosed(await startTunnelFront(route));
    const asAlice = { headers: { 'X-Caller': 'alice' } };
    const sockets = [await connected(front, asAlice), await connected(front, asAlice)];
    const another = handshake(undefined, [...HANDSHAKE, 'X-Caller: alice']);
    expect(statusOf(await raw(front, another))).toBe(429);
    (await connected(front)).terminate();
    for (const socket of sockets) socket.terminate();
    await expectNothingLeft(front, upstream);
    (await connected(front, asAlice)).terminate();
  });
});

describe('a tunnel', () => {
  it('ends with the token, and says so', async () => {
    const upstream = await anEchoServer();
    const front = await aFront(upstream, { terms: { expiresAt: Date.now() + 300 } });
    const socket = await connected(front);
    expect(String(await answerTo(socket, 'hello'))).toBe('hello');
    expect(await closing(socket)).toEqual({ code: 1008, reason: 'The access token has ended.' });
    await expectNothingLeft(front, upstream);
  });

  it('ends when the token counts no more, and not when nobody can say', async () => {
    const upstream = await anEchoServer();
    const answers: (() => Promise<Error | undefined>)[] = [
      async () => undefined,
      async () => {
        throw new Error('database away');
      },
      async () => new InvalidToken(),
    ];
    let asked = 0;
    const refusalNow = async (): Promise<Error | undefined> => answers[Math.min(asked++, 2)]!();
    const front = await aFront(upstream, { terms: { refusalNow, checkMs: 50 } });
    expect((await closing(await connected(front))).code).toBe(1008);
    expect(asked).toBe(3);
    await expectNothingLeft(front, upstream);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(asked).toBe(3);
  });

  it('ends when its route was removed, and says so', async () => {
    const upstream = await anEchoServer();
    const refusalNow = async (): Promise<Error> => new ProblemError(404, 'There is nothing at this path.');
    const front = await aFront(upstream, { terms: { refusalNow, checkMs: 50 } });
    const closed = await closing(await connected(front));
    expect(closed).toEqual({ code: 1008, reason: 'The path is no longer served.' });
    await expectNothingLeft(front, upstream);
  });

  it('in the middle of a frame ends without a word that could be taken for its rest', async () => {
    const upstream = toBeClosed(
      await startRawUpstream((socket) => {
        const accept =
          'Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
        socket.once('data', () => socket.write(`HTTP/1.1 101 x\r\n${accept}\r\n\r\n\x81\x05abc`, 'latin1'));
      }),
    );
    const front = await aFront(upstream, { terms: { expiresAt: Date.now() + 200 } });
    expect((await raw(front, handshake())).split('\r\n\r\n')[1]).toBe('\x81\x05abc');
    await expectNothingLeft(front, upstream);
  });

  it('ends when this server stops, and says so', async () => {
    const upstream = await anEchoServer();
    const front = await aFront(upstream);
    const closed = closing(await connected(front));
    await front.tunnels.onModuleDestroy();
    expect((await closed).code).toBe(1001);
    await expectNothingLeft(front, upstream);
  });

  it('ends at once when this server stopped during the handshake', async () => {
    let accept: (() => void) | undefined;
    const server = createServer();
    const sockets = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      accept = () => sockets.handleUpgrade(request, socket, head, () => undefined);
    });
    const upstream = toBeClosed(await startUpstream((_, response) => response.end(), { server }));
    const front = await aFront(upstream);
    const socket = new WebSocket(front.origin);
    const closed = closing(socket);
    await until(() => accept !== undefined, 'the handshake');
    await front.tunnels.onModuleDestroy();
    accept!();
    expect((await closed).code).toBe(1001);
    await expectNothingLeft(front, upstream);
  });

  it('ends when nothing moves for the route’s idle time, and not before', async () => {
    const upstream = await anEchoServer();
    const timeouts = { connect: 1_000, headers: 1_000, idle: 250, total: 300 };
    const front = await aFront(upstream, { route: { timeouts } });
    const socket = await connected(front);
    for (let nth = 0; nth < 5; nth += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(String(await answerTo(socket, 'still here'))).toBe('still here');
    }
    expect((await closing(socket)).code).toBe(1006);
    await expectNothingLeft(front, upstream);
  });

  it.each<[string, (client: WebSocket, far: WebSocket, sockets: { client: Socket; far: Socket }) => void]>([
    ['the client resets its connection', (_, __, { client }) => client.resetAndDestroy()],
    ['the client just goes', (client) => client.terminate()],
    ['the client half-closes', (_, __, { client }) => client.end()],
    ['the upstream resets its connection', (_, __, { far }) => far.resetAndDestroy()],
    ['the upstream just goes', (_, far) => far.terminate()],
    ['the upstream closes it', (_, far) => far.close(4001)],
  ])('ends when %s', async (_, end) => {
    const upstream = await anEchoServer();
    const front = await aFront(upstream);
    const client = new WebSocket(front.origin);
    client.on('error', () => undefined);
    const [{ socket }] = (await once(client, 'upgrade')) as [IncomingMessage];
    await until(() => upstream.sockets.length === 1, 'the other end');
    const [far] = upstream.sockets as [WebSocket];
    const [{ socket: farSocket }] = upstream.handshakes as [IncomingMessage];
    const both = Promise.all([closing(client), closing(far)]);
    const began = performance.now();
    end(client, far, { client: socket, far: farSocket });
    await both;
    // At once, and not only when the one that is left is cut off.
    expect(performance.now() - began).toBeLessThan(900);
    await expectNothingLeft(front, upstream);
  });

  it('is not begun for a client that went before the upstream accepted', async () => {
    const upstream = toBeClosed(await startRawUpstream((socket) => void socket.resume()));
    const front = await aFront(upstream);
    const socket = connect(front.port, '127.0.0.1');
    socket.write(handshake());
    await until(() => upstream.connections.size === 1, 'the handshake at the upstream');
    socket.resetAndDestroy();
    await expectNothingLeft(front, upstream);
  });
});
