import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { describe, expect, it } from 'vitest';
import { LOCAL, anAuthority } from '../../../../../test/support/certificates.js';
import { aRouteTo, until } from '../../../../../test/support/gateway-front.js';
import { raw, statusOf } from '../../../../../test/support/raw.js';
import {
  HANDSHAKE,
  answerTo,
  connected,
  expectNothingLeft,
  handshake,
  tunnelsOfOneTest,
} from '../../../../../test/support/tunnel-ends.js';
import { startTunnelFront } from '../../../../../test/support/tunnel-front.js';
import {
  startCannedUpstream,
  startRawUpstream,
  startUpstream,
} from '../../../../../test/support/upstream-server.js';

const { toBeClosed, anEchoServer, aFront } = tunnelsOfOneTest();

describe('the opening handshake of a WebSocket', () => {
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
