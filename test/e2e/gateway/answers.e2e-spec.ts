import type { RequestListener } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClientRegistry } from '../../../src/modules/clients/index.js';
import { type Answer, bearer, call } from '../../support/http.js';
import { answerOf, raw, rawRequest } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import {
  type RecordingUpstream,
  lastOf,
  startRecordingUpstream,
  valuesAt,
} from '../../support/upstream-recorder.js';

const APP = 'https://app.example';

describe('a forwarded answer', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;
  let token: string;
  /** What the upstream answers next. */
  let answer: RequestListener;

  beforeAll(async () => {
    upstream = await startRecordingUpstream((request, response) => answer(request, response));
    const to = upstream.origin;
    gateway = await startRoutedGateway(
      [
        { id: 'orders', path: '/orders/**', scopes: ['orders:read'], upstream: to },
        { id: 'open', path: '/open/**', public: true, upstream: to },
        {
          ...{ id: 'moved', path: '/shop/**', redirect_origins: ['https://files.example'] },
          upstream: { targets: [to], strip_prefix: '/shop', add_prefix: '/v2' },
        },
        {
          ...{ id: 'ruled', path: '/ruled/**', upstream: to },
          request_headers: { set: { 'X-Caller': '{claim:sub}' }, remove: ['X-Debug'] },
          response_headers: { set: { 'X-Frame-Options': 'DENY' }, remove: ['X-Trace'] },
          keep_headers: ['X-AspNet-Version'],
        },
        { id: 'few', path: '/few/**', upstream: to, quotas: [{ limit: 1, per: 'day', by: 'client' }] },
        { id: 'small', path: '/small/**', upstream: to, max_body: '1B' },
        {
          ...{ id: 'away', path: '/away/**', audience: 'https://away.example' },
          upstream: { targets: ['http://127.0.0.1:9'], breaker: { failures: 1_000 } },
        },
        { id: 'silent', path: '/silent/**', upstream: to, timeouts: { headers: '200ms' } },
        {
          ...{ id: 'broken', path: '/broken/**', audience: 'https://away.example' },
          upstream: { targets: ['http://127.0.0.1:9'], breaker: { failures: 1, open: '60s' } },
        },
      ],
      // Over https for its clients, by a proxy in front.
      { environment: { ISSUER: 'https://gateway.example', TRUSTED_PROXIES: '10.0.0.0/8' } },
    );
    token = await gateway.tokenFor('orders:read');
    await gateway.app.get(ClientRegistry).change(gateway.client.id, { allowedOrigins: [APP] });
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  beforeEach(() => {
    upstream.forget();
    answer = (_, response) => response.setHeader('Content-Type', 'text/plain; charset=utf-8').end('ok');
  });

  const ask = (
    path: string,
    headers: Record<string, string> = {},
    init: { method?: string; body?: unknown } = {},
  ) => bearer(gateway, token, path, { headers, ...init });

  describe('tells nothing of the inside (ASVS 13.4.6)', () => {
    it('by the names of servers, of people or of other hops', async () => {
      const inside = {
        Server: 'nginx/1.18.0',
        'X-Powered-By': 'PHP/5.6',
        'X-AspNet-Version': '4.0',
        Via: '1.1 inner-proxy',
        'X-User-Id': '7',
        'X-Identity': 'token',
        X_User_Id: '7',
        'X-Auth-Request-User': 'alice',
        'Remote-User': 'alice',
        'X-Forwarded-For': '10.0.0.1',
        'X-Real-IP': '10.0.0.1',
        'X-Accel-Redirect': '/secret',
        'X-Request-Id': 'upstreams-own',
        'Keep-Alive': 'timeout=99',
        'Proxy-Authenticate': 'Basic',
        Refresh: '0;url=http://internal',
        'Alt-Svc': 'h3=":443"',
      };
      answer = (_, response) => {
        for (const [name, value] of Object.entries(inside)) response.setHeader(name, value);
        response.setHeader('X-Kept', 'yes').end('ok');
      };
      const { status, headers, text } = await ask('/orders/7');
      expect([status, text, headers.get('X-Kept')]).toEqual([200, 'ok', 'yes']);
      expect(headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('Keep-Alive')).not.toBe('timeout=99');
      const { 'X-Request-Id': _id, 'Keep-Alive': _alive, ...never } = inside;
      for (const name of Object.keys(never)) expect(headers.has(name), name).toBe(false);
    });

    it.each([
      ['http://127.0.0.1:8080/secret', null],
      ['http://169.254.169.254/latest/meta-data', null],
      ['//internal.example/x', null],
      ['/\\internal.example/x', null],
      ['https://files.example.evil/x', null],
      ['https://files.example@evil/x', null],
      ['http://files.example/x', null],
      ['javascript:alert(1)', null],
      ['/v1/elsewhere', '/v1/elsewhere'],
      ['/v2extra', '/v2extra'],
      ['/v2/..%2f..%2fadmin', '/shop/..%2f..%2fadmin'],
      ['https://files.example/report.pdf', 'https://files.example/report.pdf'],
      ['/v2/orders/8?a=1#b', '/shop/orders/8?a=1#b'],
      ['8', '/shop/orders/8'],
      ['../items', '/shop/items'],
      ['https://gateway.example/v2/orders/8', 'https://gateway.example/shop/orders/8'],
      ['https://gateway.example/shop/orders/8', 'https://gateway.example/shop/orders/8'],
    ])('by redirects: %s becomes %s, and is followed by nobody here', async (location, seen) => {
      answer = (_, response) => response.writeHead(302, { Location: location }).end();
      const { status, headers } = await ask('/shop/orders/7');
      expect([status, headers.get('Location')]).toEqual([302, seen]);
      expect(upstream.requests.map(({ line }) => line)).toEqual(['GET /v2/orders/7']);
    });

    it('by its own address in a redirect', async () => {
      for (const path of ['/v2/orders/8', '/secret']) {
        answer = (_, response) => response.writeHead(302, { Location: upstream.origin + path }).end();
        const { headers } = await ask('/shop/orders/7');
        expect(headers.get('Location')).toBe(path === '/secret' ? '/secret' : '/shop/orders/8');
      }
    });
  });

  describe('has the headers of every answer (ASVS 3.4)', () => {
    const ANSWERS: Record<string, [status: number, ask: () => Promise<Answer>]> = {
      'what an upstream says': [200, () => ask('/orders/7')],
      'what an upstream refuses': [
        409,
        () => {
          answer = (_, response) =>
            response.writeHead(409, { 'Content-Type': 'text/plain; charset=utf-8' }).end('no');
          return ask('/orders/7');
        },
      ],
      'an error of an upstream': [
        500,
        () => {
          answer = (_, response) => response.writeHead(500).end();
          return ask('/orders/7');
        },
      ],
      'a preflight': [
        204,
        () =>
          call(gateway, '/orders/7', {
            method: 'OPTIONS',
            headers: { Origin: APP, 'Access-Control-Request-Method': 'GET' },
          }),
      ],
      'a bad path': [400, async () => answerOf(await raw(gateway, rawRequest('GET /orders/%2e%2e/x')))],
      'no token': [401, () => call(gateway, '/orders/7')],
      'too little scope': [403, async () => bearer(gateway, await gateway.tokenFor('profile'), '/orders/7')],
      'no route': [404, () => call(gateway, '/nothing')],
      'a method without a route': [405, () => call(gateway, '/health/live', { method: 'PUT' })],
      'too large a body': [413, () => ask('/small/7', {}, { method: 'POST', body: { too: 'much' } })],
      'too many requests': [
        429,
        async () => {
          await ask('/few/7');
          return ask('/few/7');
        },
      ],
      'an upstream that is away': [502, () => ask('/away/7')],
      'an upstream whose circuit is open': [
        503,
        async () => {
          await ask('/broken/7');
          return ask('/broken/7');
        },
      ],
      'an upstream that says nothing': [
        504,
        () => {
          answer = () => undefined;
          return ask('/silent/7');
        },
      ],
    };

    it.each(Object.entries(ANSWERS))('%s', async (_, [status, asking]) => {
      const { headers, ...rest } = await asking();
      expect(rest.status).toBe(status);
      expect(headers.get('Strict-Transport-Security')).toBe('max-age=31536000; includeSubDomains');
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
      expect(headers.get('X-Frame-Options')).toBe('DENY');
      expect(headers.get('Referrer-Policy')).toBe('no-referrer');
      expect(headers.get('Content-Security-Policy')).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers.get('Cache-Control')).toBe('no-store');
      expect(headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.has('Server') || headers.has('X-Powered-By')).toBe(false);
    });

    it('unless the upstream knows better, for pages of its own', async () => {
      answer = (_, response) =>
        response
          .setHeader('Content-Security-Policy', "default-src 'self'")
          .setHeader('Cache-Control', 'public, max-age=60')
          .setHeader('Strict-Transport-Security', 'max-age=0')
          .end('page');
      const open = await call(gateway, '/open/page');
      expect(open.headers.get('Content-Security-Policy')).toBe("default-src 'self'");
      expect(open.headers.get('Cache-Control')).toBe('public, max-age=60');
      expect(open.headers.get('Strict-Transport-Security')).toBe('max-age=31536000; includeSubDomains');
      // No shared cache may keep what a token was asked for.
      expect((await ask('/orders/7')).headers.get('Cache-Control')).toBe('no-store');
    });

    it('keeps each of several cookies', async () => {
      answer = (_, response) => response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2']).end();
      expect((await ask('/orders/7')).headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
    });
  });

  it('has the public prefix in every reference, and the upstream learns it', async () => {
    answer = (_, response) =>
      response
        .setHeader('Set-Cookie', ['a=1; Path=/v2', 'b=2; Path=/elsewhere'])
        .setHeader('Link', '</v2/orders?page=2>; rel="next"')
        .setHeader('Content-Location', '/v2/orders/7')
        .setHeader('Refresh', '5; url=/v2/orders/8')
        .end('ok');
    const { headers } = await ask('/shop/orders/7', { 'X-Forwarded-Prefix': '/evil' });
    expect(headers.getSetCookie()).toEqual(['a=1; Path=/shop', 'b=2; Path=/elsewhere']);
    expect(headers.get('Link')).toBe('</shop/orders?page=2>; rel="next"');
    expect(headers.get('Content-Location')).toBe('/shop/orders/7');
    expect(headers.get('Refresh')).toMatch(/^5; ?url=\/shop\/orders\/8$/);
    expect(valuesAt(lastOf(upstream), 'X-Forwarded-Prefix')).toEqual(['/shop']);
  });

  it('has the header fields that its route sets, removes and keeps, as the request has', async () => {
    const theirs = { 'X-Trace': '1', 'X-Frame-Options': 'SAMEORIGIN', 'X-AspNet-Version': '4.0' };
    answer = (_, response) => response.writeHead(200, theirs).end('ok');
    const { headers } = await ask('/ruled/7', { 'X-Caller': 'evil', 'X-Debug': '1' });
    expect(headers.get('X-Trace')).toBeNull();
    expect(headers.get('X-Frame-Options')).toBe('DENY');
    expect(headers.get('X-AspNet-Version')).toBe('4.0');
    expect(valuesAt(lastOf(upstream), 'X-Caller')).toEqual([gateway.person.sub]);
    expect(valuesAt(lastOf(upstream), 'X-Debug')).toEqual([]);
  });

  describe('may be read across origins as this server says (Fetch Standard §3.2)', () => {
    const upstreamsOwn = {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Expose-Headers': '*',
      Vary: 'Accept-Language',
    };

    beforeEach(() => {
      answer = (_, response) => response.writeHead(200, upstreamsOwn).end('ok');
    });

    it.each(['/orders/7', '/away/7', '/few/7', '/none/7'])('by an origin of the client: %s', async (path) => {
      const { headers } = await ask(path, { Origin: APP });
      expect(headers.get('Access-Control-Allow-Origin')).toBe(APP);
      expect(headers.get('Access-Control-Expose-Headers')).toMatch(/WWW-Authenticate/);
      expect(headers.has('Access-Control-Allow-Credentials')).toBe(false);
      expect(headers.get('Vary')).toMatch(/\bOrigin\b/);
    });

    it.each([
      'https://evil',
      'null',
      '*',
      'http://app.example',
      'https://app.example.evil',
      `${APP}, https://evil`,
    ])('by no other: %s', async (origin) => {
      for (const path of ['/orders/7', '/open/7', '/away/7']) {
        const { headers } = await ask(path, { Origin: origin });
        for (const [name] of headers) expect(name).not.toMatch(/^access-control/);
        expect(headers.get('Vary')).toMatch(/\bOrigin\b/);
      }
    });

    it('and varies by what the upstream names as well', async () => {
      expect((await ask('/orders/7')).headers.get('Vary')).toBe('Accept-Language, Origin');
    });

    it('and by nobody who is not asked for', async () => {
      const { headers } = await call(gateway, '/open/7');
      for (const [name] of headers) expect(name).not.toMatch(/^access-control/);
    });
  });

  it('is one line of the log, which names the route and not the place', async () => {
    gateway.logs.length = 0;
    const answers = [
      await ask('/orders/7?secret=1'),
      await ask('/open/secret'),
      await ask('/away/7', {}, { method: 'PUT', body: 'x' }),
      await ask('/secret/7'),
      await bearer(gateway, 'secret', '/orders/7'),
    ];
    const ids = answers.map(({ headers }) => headers.get('X-Request-Id'));
    const lines = gateway.logs.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    const known = { client_id: gateway.client.id, sub: gateway.person.sub };
    expect(lines).toMatchObject([
      { request_id: ids[0], method: 'GET', route: null, forwarded_by: 'orders', status: 200, ...known },
      { request_id: ids[1], forwarded_by: 'open', status: 200 },
      { request_id: ids[2], method: 'PUT', forwarded_by: 'away', status: 502, ...known },
      { request_id: ids[3], route: null, status: 404 },
      { request_id: ids[4], status: 401, error: 'invalid_token' },
    ]);
    expect(lines[1]).not.toHaveProperty('sub');
    expect(lines[3]).not.toHaveProperty('forwarded_by');
    for (const line of lines) expect(line.ms).toBeGreaterThanOrEqual(0);
    expect(gateway.logs.join('')).not.toMatch(/secret|\/orders\/7|\/away\/7/);
  });
});
