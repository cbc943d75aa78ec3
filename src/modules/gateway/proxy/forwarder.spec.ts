import type { IncomingMessage, RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type Front, aRouteTo, closedAfterEach, startFront } from '../../../../test/support/gateway-front.js';
import { answerOf, raw, statusOf } from '../../../../test/support/raw.js';
import {
  type UpstreamServer,
  startCannedUpstream,
  startUpstream,
} from '../../../../test/support/upstream-server.js';
import type { Route } from '../routes/route.js';
import type { Admission } from './admission.js';

const toBeClosed = closedAfterEach();

async function anUpstream(handle: RequestListener): Promise<UpstreamServer> {
  return toBeClosed(await startUpstream(handle));
}

async function aFront(
  upstream: UpstreamServer,
  said: Partial<Route> = {},
  admitted: Partial<Admission> = {},
): Promise<Front> {
  return toBeClosed(await startFront(aRouteTo([upstream], said), admitted));
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Answers with what arrived. */
const echo: RequestListener = (request, response) => {
  const { method, url, rawHeaders } = request;
  response.setHeader('Content-Type', 'application/json');
  void textOf(request).then((body) => response.end(JSON.stringify({ method, url, rawHeaders, body })));
};

describe('a forwarded request', () => {
  it('names the caller anew for each attempt: an assertion lasts no longer than one needs to arrive', async () => {
    const upstream = await anUpstream(echo);
    const away = { ...upstream, origin: 'http://127.0.0.1:9' };
    const said = {
      identityHeaders: { 'X-Identity': 'first' },
      renewIdentity: async () => ({ 'X-Identity': 'renewed' }),
    };
    const front = toBeClosed(await startFront(aRouteTo([away, upstream]), said));
    const seen = new Set<string>();
    for (let time = 0; time < 4; time += 1) {
      const { rawHeaders } = (await (await fetch(front.origin)).json()) as { rawHeaders: string[] };
      seen.add(rawHeaders[rawHeaders.indexOf('X-Identity') + 1]!);
    }
    expect(seen).toEqual(new Set(['first', 'renewed']));
  });

  it('arrives as it was admitted, and its answer returns', async () => {
    const front = await aFront(await anUpstream(echo), {}, { path: '/v1/x?a=%2F&b' });
    const answer = await fetch(`${front.origin}/api/x`, { method: 'PATCH', body: 'text' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ method: 'PATCH', url: '/v1/x?a=%2F&b', body: 'text' });
  });

  it('has the upstream’s host, this server’s words about the caller, and none of the caller’s own', async () => {
    const upstream = await anUpstream(echo);
    const front = await aFront(upstream, {}, { identityHeaders: { 'X-Identity': 'assertion' } });
    const hostile = [
      'GET / HTTP/1.1',
      'Host: api.example',
      'Connection: close, x-identity, X-Forwarded-For, authorization, x-named',
      'X-Identity: admin',
      'x_user_id: admin',
      'X.Forwarded.For: 127.0.0.1',
      'REMOTE_USER: admin',
      'X-Forwarded-Host: evil',
      'Authorization: Bearer token',
      'Keep-Alive: timeout=999',
      'Proxy-Connection: keep-alive',
      'Proxy-Authorization: Basic x',
      'TE: trailers',
      'Trailer: X-Identity',
      'HTTP2-Settings: x',
      'Expect: something',
      'X-Named: x',
      'X-Kept: yes',
    ];
    const { json } = answerOf(await raw(front, `${hostile.join('\r\n')}\r\n\r\n`));
    expect(json.rawHeaders).toEqual([
      ...['host', new URL(upstream.origin).host],
      ...['connection', 'keep-alive'],
      ...['X-Kept', 'yes'],
      ...['Via', '1.1 grantway'],
      ...['X-Forwarded-For', '203.0.113.9'],
      ...['X-Forwarded-Proto', 'https'],
      ...['X-Forwarded-Host', 'api.example'],
      ...['X-Request-Id', 'request-1'],
      ...['X-Identity', 'assertion'],
    ]);
    expect(front.logs).toContainEqual(
      expect.objectContaining({ level: 20, fields: expect.arrayContaining(['x-user-id', 'remote-user']) }),
    );
  });

  it.each([
    ['a length', 'Content-Length: 3\r\n\r\nabc', ['content-length', '3']],
    [
      'chunks',
      'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: t\r\n\r\n',
      ['transfer-encoding', 'chunked'],
    ],
  ])('with %s is framed so again', async (_, rest, framing) => {
    const front = await aFront(await anUpstream(echo));
    const { json } = answerOf(await raw(front, `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${rest}`));
    expect(json.body).toBe('abc');
    expect(json.rawHeaders.join()).toContain(framing.join());
    expect(
      json.rawHeaders.filter((name: string) => /^(content-length|transfer-encoding)$/i.test(name)),
    ).toHaveLength(1);
  });

  it('without a body has none', async () => {
    const front = await aFront(await anUpstream(echo));
    const { json } = answerOf(await raw(front, 'DELETE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'));
    expect(json.body).toBe('');
    expect(json.rawHeaders.join().toLowerCase()).not.toMatch(/content-length|transfer-encoding/);
  });
});

describe('a forwarded answer', () => {
  it('keeps status, body and each of several cookies, and nothing of the inside', async () => {
    const head = [
      'HTTP/1.1 418 Whatever',
      'Server: nginx/1.2',
      'X-Powered-By: PHP',
      'X-User-Id: 7',
      'Connection: X-Hop',
      'X-Hop: 1',
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
      'Cache-Control: public',
      'Content-Length: 4',
    ];
    const upstream = toBeClosed(await startCannedUpstream(`${head.join('\r\n')}\r\n\r\nbody`));
    const front = await aFront(upstream, {}, { extraResponseHeaders: { RateLimit: '"a";r=1' } });
    const answer = await raw(front, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(answer.replace(/Date: .*\r\n/, '').split('\r\n')).toEqual([
      "HTTP/1.1 418 I'm a Teapot",
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
      'Content-Length: 4',
      'Cache-Control: no-store',
      'X-Request-Id: request-1',
      'RateLimit: "a";r=1',
      'Connection: close',
      '',
      'body',
    ]);
  });

  it('is a redirect for the client to follow, to a place of ours or to none', async () => {
    let asked = 0;
    const upstream = await anUpstream((request, response) => {
      asked += 1;
      const inside = request.url === '/in' ? '/orders' : 'http://169.254.169.254/latest';
      response.writeHead(302, { Location: inside }).end();
    });
    const front = await aFront(upstream, { stripPrefix: '/api' });
    const within = await fetch(`${front.origin}/in`, { redirect: 'manual' });
    expect([within.status, within.headers.get('Location')]).toEqual([302, '/api/orders']);
    const foreign = await fetch(`${front.origin}/out`, { redirect: 'manual' });
    expect([foreign.status, foreign.headers.get('Location')]).toEqual([302, null]);
    expect(asked).toBe(2);
    expect(front.logs).toContainEqual(
      expect.objectContaining({ fields: ['location'], request_id: 'request-1' }),
    );
    expect(JSON.stringify(front.logs)).not.toContain('169.254');
  });

  it.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n', 200, '9'],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n', 204, null],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nContent-Length: 9\r\n\r\n', 304, '9'],
  ])('to %s without content ends with its header: %j', async (method, canned, status, length) => {
    const front = await aFront(toBeClosed(await startCannedUpstream(canned)));
    // The second request shows that the first answer took no byte too many from the connection.
    const ask = `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`;
    const last = `${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
    const answers = (await raw(front, ask + last)).split(/(?=HTTP\/1\.1 )/).map(answerOf);
    expect(
      answers.map((answer) => [answer.status, answer.headers.get('Content-Length'), answer.text]),
    ).toEqual([
      [status, length, ''],
      [status, length, ''],
    ]);
  });

  it('ignores interim answers and trailers of the upstream', async () => {
    const canned =
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' +
      'HTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: secret\r\n\r\n';
    const front = await aFront(toBeClosed(await startCannedUpstream(canned)));
    const answer = await raw(front, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(statusOf(answer)).toBe(200);
    expect(answer).not.toMatch(/103|Link|Trailer|secret/);
    expect(answer).toMatch(/2\r\nok\r\n0\r\n\r\n$/);
  });

  it('has the headers of this server that the upstream says nothing about', async () => {
    const front = await aFront(
      await anUpstream((_, response) => response.setHeader('X-Frame-Options', 'SAMEORIGIN').end()),
    );
    front.server.prependListener('request', (_, response) => {
      response.setHeader('X-Frame-Options', 'DENY');
      response.setHeader('X-Content-Type-Options', 'nosniff');
    });
    const { headers } = await fetch(front.origin);
    expect([headers.get('X-Frame-Options'), headers.get('X-Content-Type-Options')]).toEqual([
      'SAMEORIGIN',
      'nosniff',
    ]);
  });

  it.each([
    [true, null],
    [false, 'no-store'],
  ])(
    'without Cache-Control has none where anyone may call (%s), and is kept by no cache elsewhere',
    async (isPublic, expected) => {
      const front = await aFront(await anUpstream((_, response) => response.end()), { public: isPublic });
      front.server.prependListener('request', (_, response) =>
        response.setHeader('Cache-Control', 'no-store'),
      );
      expect((await fetch(front.origin)).headers.get('Cache-Control')).toBe(expected);
    },
  );
});

describe('100 Continue', () => {
  const ask =
    'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n';

  it('is answered once the upstream is there to take the body', async () => {
    const front = await aFront(await anUpstream(echo));
    const answer = await raw(front, `${ask}ok`);
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
    expect(answer.match(/100 Continue/g)).toHaveLength(1);
    expect(answer).toContain('"body":"ok"');
  });

  it('is not answered where there is no upstream', async () => {
    const upstream = await startUpstream(echo);
    await upstream.close();
    const front = await aFront(upstream);
    expect(await raw(front, ask)).toMatch(/^HTTP\/1\.1 502 /);
  });
});
