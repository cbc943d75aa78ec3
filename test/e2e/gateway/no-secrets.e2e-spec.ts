import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, bearer, call } from '../../support/http.js';
import { answerOf, raw } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { type RecordingUpstream, startRecordingUpstream, valuesAt } from '../../support/upstream-recorder.js';
import { type UpstreamServer, startCannedUpstream } from '../../support/upstream-server.js';

describe('secrets in forwarded calls', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;
  let token: string;
  const others: UpstreamServer[] = [];
  const secrets = new Set<string>();

  /** A text that nobody else has. */
  function canary(): string {
    const text = `canary-${randomBytes(16).toString('hex')}`;
    secrets.add(text);
    return text;
  }

  beforeAll(async () => {
    upstream = await startRecordingUpstream((request, response) => {
      request.resume();
      response
        .setHeader('Location', `http://internal.example/${canary()}`)
        .setHeader('X-Upstream-Says', canary())
        .setHeader('Set-Cookie', `session=${canary()}`)
        .writeHead(500)
        .end(canary());
    });
    const garbage = await startCannedUpstream(`HTTP/1.1 ${canary()}\r\n\r\n${canary()}`);
    const withheld = await startCannedUpstream(
      `HTTP/1.1 200 OK\r\nX: a\u0000${canary()}\r\nContent-Length: 0\r\n\r\n`,
    );
    others.push(garbage, withheld);
    gateway = await startRoutedGateway([
      { id: 'orders', path: '/orders/**', forward_authorization: true, upstream: upstream.origin },
      { id: 'open', path: '/open/**', public: true, upstream: upstream.origin },
      {
        id: 'limited',
        path: '/limited/**',
        upstream: upstream.origin,
        quotas: [{ limit: 1, per: 'day', by: 'user' }],
      },
      { id: 'garbage', path: '/garbage/**', audience: 'https://garbage.example', upstream: garbage.origin },
      {
        id: 'withheld',
        path: '/withheld/**',
        audience: 'https://withheld.example',
        upstream: withheld.origin,
      },
      { id: 'away', path: '/away/**', audience: 'https://away.example', upstream: 'http://127.0.0.1:9' },
    ]);
    token = await gateway.tokenFor('profile');
    secrets.add(token.split('.')[2]!);
    secrets.add(gateway.person.password);
    secrets.add(basic(gateway.client).slice('Basic '.length));
  });

  afterAll(async () => {
    await gateway.close();
    await Promise.all([upstream, ...others].map((server) => server.close()));
  });

  const PLACES = ['orders', 'open', 'limited', 'limited', 'garbage', 'withheld', 'away', 'nowhere'];

  it.each(PLACES)('are not repeated by answers of this server: /%s', async (place) => {
    const answer = await bearer(gateway, token, `/${place}/${canary()}?password=${canary()}`, {
      method: 'POST',
      body: { password: canary() },
      headers: {
        Cookie: `session=${canary()}`,
        'X-Api-Key': canary(),
        'X-Identity': canary(),
        'X-Request-Id': canary(),
        'Proxy-Authorization': canary(),
        Referer: `https://app.example/${canary()}`,
      },
    });
    if (answer.headers.get('Content-Type')?.startsWith('application/problem+json')) {
      for (const secret of secrets) expect(answer.text).not.toContain(secret);
    } else {
      expect(answer.status).toBe(500);
      expect(answer.text).toMatch(/^canary-/);
    }
  });

  it('are not repeated by refusals of what is no good request', async () => {
    const fields = ['Host: a', 'Connection: close', `Authorization: Bearer ${token}`];
    for (const [line, ...more] of [
      [`GET /orders//${canary()}`],
      [`GET /orders/%2e%2e/${canary()}`],
      [`GET http://a/orders/${canary()}`],
      [`GET /orders/?access_token=${canary()}`],
      [`GET /orders/7`, `Authorization: Bearer ${canary()}`],
      [`GET /orders/7`, `Host: ${canary()}`],
      [`FOO /orders/${canary()}`],
      [`POST /orders/7`, 'Content-Length: 1', `Transfer-Encoding: ${canary()}`],
    ] as const) {
      const answer = answerOf(
        await raw(gateway, `${line} HTTP/1.1\r\n${[...fields, ...more].join('\r\n')}\r\n\r\n`),
      );
      expect([400, 405]).toContain(answer.status);
      for (const secret of secrets)
        expect(answer.text + JSON.stringify([...answer.headers])).not.toContain(secret);
    }
    const wrong = await call(gateway, '/orders/7', { headers: { Authorization: `Bearer ${canary()}` } });
    expect(wrong.status).toBe(401);
    for (const secret of secrets) expect(JSON.stringify([...wrong.headers])).not.toContain(secret);
  });

  it('arrive where they are meant for', () => {
    const [request] = upstream.requests;
    expect(request!.line).toMatch(/^POST \/orders\/canary-.*\?password=canary-/);
    expect(request!.body).toMatch(/canary-/);
    expect(valuesAt(request!, 'Authorization')).toEqual([`Bearer ${token}`]);
    expect(valuesAt(request!, 'Cookie')).toHaveLength(1);
  });

  it('are in no line of the log, which has one of each request', () => {
    const lines = gateway.logs.map((line) => JSON.parse(line));
    const log = gateway.logs.join('');
    expect(gateway.config.server.logLevel).toBe('trace');
    expect(
      lines.filter(({ msg, forwarded_by: by }) => msg === 'request' && by !== undefined).length,
    ).toBeGreaterThanOrEqual(6);
    expect(log).toMatch(/an exchange with an upstream failed/);
    expect(log).toMatch(/an upstream referred to a foreign place/);
    expect(secrets.size).toBeGreaterThan(70);
    for (const secret of secrets) {
      expect(log).not.toContain(secret);
      expect(log).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20));
    }
    for (const { rawHeaders } of upstream.requests) {
      const assertion = rawHeaders[rawHeaders.findIndex((name) => name === 'X-Identity') + 1];
      expect(log).not.toContain(assertion!.split('.')[2] ?? token);
    }
  });
});
