import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type Socket, connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { LOCAL, anAuthority } from '../../../../../test/support/certificates.js';
import { aRouteTo, closedAfterEach, until } from '../../../../../test/support/gateway-front.js';
import { raw, statusOf } from '../../../../../test/support/raw.js';
import { type TunnelFront, startTunnelFront } from '../../../../../test/support/tunnel-front.js';
import {
  type UpstreamServer,
  startCannedUpstream,
  startRawUpstream,
  startUpstream,
} from '../../../../../test/support/upstream-server.js';
import type { Route } from '../../routes/route.js';
import type { TenureTerms } from './tenure.js';

const toBeClosed = closedAfterEach();

interface EchoServer extends UpstreamServer {
  handshakes: IncomingMessage[];
  sockets: WebSocket[];
}

/** Sends back what it gets. */
async function anEchoServer(server = createServer()): Promise<EchoServer> {
  const echo: Pick<EchoServer, 'handshakes' | 'sockets'> = { handshakes: [], sockets: [] };
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    echo.handshakes.push(request);
    echo.sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }));
  });
  return toBeClosed(
    Object.assign(await startUpstream((_, response) => response.writeHead(404).end(), { server }), echo),
  );
}

async function aFront(
  upstream: UpstreamServer,
  { terms = {}, route = {} }: { terms?: Partial<TenureTerms>; route?: Partial<Route> } = {},
): Promise<TunnelFront> {
  return toBeClosed(await startTunnelFront(aRouteTo([upstream], { webSocket: true, ...route }), terms));
}

async function connected(front: TunnelFront, options: object = {}): Promise<WebSocket> {
  const socket = new WebSocket(`${front.origin}/chat?room=1`, options);
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

async function answerTo(socket: WebSocket, message: string | Buffer): Promise<Buffer> {
  const answer = once(socket, 'message');
  socket.send(message);
  return (await answer)[0] as Buffer;
}

async function closing(socket: WebSocket): Promise<{ code: number; reason: string }> {
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  return { code, reason: String(reason) };
}

async function expectNothingLeft(front: TunnelFront, upstream: UpstreamServer): Promise<void> {
  await until(() => front.underWay === 0, 'the tunnel to end');
  await until(() => front.pools.choose(aRouteTo([upstream]), 'anybody').inFlight === 0, 'nothing in flight');
  await until(() => upstream.connections.size === 0, 'the connection to the upstream to close');
  await until(() => front.sockets.every(({ closed }) => closed), 'the connection to the client to close');
}

const HANDSHAKE = [
  'Host: a',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];

function handshake(line = 'GET / HTTP/1.1', fields = HANDSHAKE): string {
  return `${line}\r\n${fields.join('\r\n')}\r\n\r\n`;
}

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

  it('is opened with the header that this server writes', async () => {
    const upstream = await anEchoServer();
    const front = await aFront(upstream);
    const headers = {
      'X-Identity': 'forged',
      Authorization: 'Bearer token',
      'X-User-Id': '1',
      Cookie: 'a=b',
    };
    const socket = await connected(front, { headers, protocol: 'chat' });
    const [{ url, headers: received }] = upstream.handshakes as [IncomingMessage];
    expect(url).toBe('/chat?room=1');
    expect(received).toMatchObject({
      ...{ upgrade: 'websocket', connection: 'upgrade', host: `127.0.0.1:${upstream.port}` },
      ...{
        'x-identity': 'assertion',
        'x-forwarded-for': '203.0.113.9',
        'x-request-id': 'request-1',
        cookie: 'a=b',
      },
    });
    expect(received).not.toHaveProperty('authorization');
    expect(received).not.toHaveProperty('x-user-id');
    socket.terminate();
  });

  it('is accepted without the inside’s headers', async () => {
    const upstream = toBeClosed(
      await startCannedUpstream(
        'HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: upgrade, x-hop\r\n' +
          'Server: inside\r\nX-Hop: 1\r\nX-User-Id: 7\r\nSec-WebSocket-Protocol: chat\r\n' +
          'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
      ),
    );
    const answer = await raw(await aFront(upstream), handshake(), { timeoutMs: 300 });
    expect(answer.split('\r\n')).toEqual([
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Protocol: chat',
      'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      'Cache-Control: no-store',
      'X-Request-Id: request-1',
      '',
      '',
    ]);
  });

  it('gets what the client sent too early and what the upstream sent at once', async () => {
    const upstream = toBeClosed(
      await startRawUpstream((socket) => {
        socket.once('data', () => {
          const accept =
            'Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
          socket.write(`HTTP/1.1 101 Switching Protocols\r\n${accept}\r\n\r\nat once `);
          socket.on('data', (chunk) => socket.end(chunk));
        });
      }),
    );
    const answer = await raw(await aFront(upstream), `${handshake()}too early`);
    expect(answer).toMatch(/\r\n\r\nat once too early$/);
  });

  it('goes over TLS to an upstream, verified as any other', async () => {
    const authority = anAuthority();
    const { certificate, key } = authority.issue(LOCAL);
    const upstream = await anEchoServer(createTlsServer({ cert: certificate, key }));
    const route = aRouteTo([upstream], { webSocket: true }, { tls: { ca: authority.certificate } });
    const front = toBeClosed(await startTunnelFront(route));
    const socket = await connected(front);
    expect(String(await answerTo(socket, 'hello'))).toBe('hello');
    socket.terminate();
    expect(statusOf(await raw(await aFront(upstream), handshake()))).toBe(502);
    expect(upstream.handshakes).toHaveLength(1);
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

describe('what is no WebSocket', () => {
  const without = (name: string): string[] => HANDSHAKE.filter((field) => !field.startsWith(name));

  it.each([
    ['another method', handshake('POST / HTTP/1.1'), 400],
    ['HTTP/1.0', handshake('GET / HTTP/1.0'), 400],
    ['another protocol', handshake(undefined, [...without('Upgrade'), 'Upgrade: h2c']), 400],
    ['no key', handshake(undefined, without('Sec-WebSocket-Key')), 400],
    [
      'a key of another length',
      handshake(undefined, [...without('Sec-WebSocket-Key'), 'Sec-WebSocket-Key: eA==']),
      400,
    ],
    ['a body', `${handshake(undefined, [...HANDSHAKE, 'Content-Length: 1'])}x`, 400],
    ['no version', handshake(undefined, without('Sec-WebSocket-Version')), 426],
    [
      'another version',
      handshake(undefined, [...without('Sec-WebSocket-Version'), 'Sec-WebSocket-Version: 8']),
      426,
    ],
  ])('is refused: %s', async (_, request, status) => {
    const upstream = await anEchoServer();
    expect(statusOf(await raw(await aFront(upstream), request, { timeoutMs: 500 }))).toBe(status);
    expect(upstream.accepted).toBe(0);
  });

  it('is refused: any, where the route takes none', async () => {
    const upstream = await anEchoServer();
    expect(statusOf(await raw(await aFront(upstream, { route: { webSocket: false } }), handshake()))).toBe(
      400,
    );
    expect(upstream.accepted).toBe(0);
  });

  it.each([
    ['of another key', 'Upgrade: websocket\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA='],
    ['without one', 'Upgrade: websocket'],
    ['to something else', 'Upgrade: h2c\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
  ])('begins no tunnel when an upstream switches with an acceptance %s', async (_, fields) => {
    const canned = `HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n${fields}\r\n\r\n`;
    const upstream = toBeClosed(await startCannedUpstream(canned));
    const front = await aFront(upstream);
    expect(statusOf(await raw(front, handshake()))).toBe(502);
    expect(front.logs).toContainEqual(expect.objectContaining({ error: 'WEBSOCKET_NOT_ACCEPTED' }));
    await expectNothingLeft(front, upstream);
  });

  it('is another answer of the upstream, which the client gets before the connection ends', async () => {
    const body = 'x'.repeat(4 * 1024 * 1024);
    const upstream = toBeClosed(
      await startUpstream((_, response) => {
        response.writeHead(403, {
          'Content-Type': 'text/plain',
          Server: 'inside',
          'Set-Cookie': ['a=1', 'b=2'],
        });
        response.end(body);
      }),
    );
    const front = await aFront(upstream);
    const answer = await raw(front, handshake());
    expect(statusOf(answer)).toBe(403);
    expect(answer).toMatch(/Connection: close\r\n/);
    expect(answer).toMatch(/Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n/);
    expect(answer).not.toContain('inside');
    expect(answer.length).toBeGreaterThan(body.length);
    await expectNothingLeft(front, upstream);
  });

  it.each([
    [
      'is not there',
      async () => {
        const upstream = await startUpstream(() => undefined);
        await upstream.close();
        return upstream;
      },
      502,
    ],
    [
      'closes',
      async () =>
        toBeClosed(await startRawUpstream((socket) => void socket.once('data', () => socket.end()))),
      502,
    ],
    ['says nothing', async () => toBeClosed(await startUpstream(() => undefined)), 504],
  ] as const)('is an upstream that %s', async (_, start, status) => {
    const timeouts = { connect: 1_000, headers: 100, idle: 1_000, total: undefined };
    const front = await aFront(await start(), { route: { timeouts } });
    expect(statusOf(await raw(front, handshake()))).toBe(status);
    await until(() => front.underWay === 0, 'the end');
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
    const answers: (() => Promise<boolean>)[] = [
      async () => true,
      async () => {
        throw new Error('database away');
      },
      async () => false,
    ];
    let asked = 0;
    const stillValid = async (): Promise<boolean> => answers[Math.min(asked++, 2)]!();
    const front = await aFront(upstream, { terms: { stillValid, checkMs: 50 } });
    expect((await closing(await connected(front))).code).toBe(1008);
    expect(asked).toBe(3);
    await expectNothingLeft(front, upstream);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(asked).toBe(3);
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
