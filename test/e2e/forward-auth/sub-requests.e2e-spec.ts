import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dialect } from '../../../src/modules/gateway/forward-auth/dialects.js';
import { freePort } from '../../support/free-port.js';
import type { Answer } from '../../support/http.js';
import { decodeJwt } from '../../support/jwt.js';
import { answerOf, raw, rawRequest } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import type { TestServer } from '../../support/server.js';

/** The request that a proxy asks about. */
interface Original {
  method?: string;
  target: string;
  /** Fields of the client that the proxy passes on. */
  fields?: string[];
  /** The client's address. */
  ip?: string;
}

/**
 * The sub-requests that each proxy makes, by its documentation. Traefik and Envoy are known here by that alone; of the
 * others, real-proxies.e2e-spec.ts has the real ones.
 */
const SUB_REQUESTS: Record<Dialect, (original: Required<Original>) => { line: string; fields: string[] }> = {
  nginx: ({ method, target, fields, ip }) => ({
    line: 'GET /forward-auth/nginx',
    fields: [`X-Original-Method: ${method}`, `X-Original-URI: ${target}`, ...fields, ...who(ip)],
  }),
  caddy: (original) => forwarded('GET /forward-auth/caddy', original),
  traefik: (original) => forwarded('GET /forward-auth/traefik', original),
  // haproxy-auth-request asks with HEAD, deploy/haproxy.lua with GET.
  haproxy: (original) => forwarded('HEAD /forward-auth/haproxy', original),
  envoy: ({ method, target, fields, ip }) => ({
    line: `${method} /forward-auth/envoy${target}`,
    fields: ['Content-Length: 0', 'x-envoy-internal: true', ...fields, ...who(ip)],
  }),
};

/** What the request was for that is asked about: the proxy's to answer for, and none of this server's names. */
const HOST = 'Host: shop.example';

function who(ip: string): string[] {
  return [`X-Forwarded-For: ${ip}`, 'X-Forwarded-Proto: https'];
}

function forwarded(line: string, { method, target, fields, ip }: Required<Original>) {
  const question = [
    `X-Forwarded-Method: ${method}`,
    `X-Forwarded-Uri: ${target}`,
    'X-Forwarded-Host: api.example',
  ];
  return { line, fields: [...question, ...fields, ...who(ip)] };
}

async function ask(server: TestServer, dialect: Dialect, original: Original): Promise<Answer> {
  const whole = { method: 'GET', fields: [], ip: '203.0.113.9', ...original };
  const { line, fields } = SUB_REQUESTS[dialect](whole);
  return answerOf(await raw(server, rawRequest(line, [HOST, ...fields])));
}

const DIALECTS = Object.keys(SUB_REQUESTS) as Dialect[];

const upstream = 'http://127.0.0.1:9';
const ROUTES = [
  {
    ...{ id: 'orders', path: '/api/orders/**', scopes: { GET: ['orders:read'], '*': ['orders:write'] } },
    // Of no meaning here: another proxy forwards.
    upstream: { targets: [upstream], strip_prefix: '/api' },
  },
  { id: 'account', path: '/my/**', scopes: ['account'], identity: 'oauth2-proxy' as const, upstream },
  ...DIALECTS.map((dialect) => ({
    ...{ id: `limited-${dialect}`, path: `/limited/${dialect}`, upstream },
    quotas: [{ limit: 1, per: 'day' as const, by: 'client' as const }],
  })),
  {
    id: 'counted',
    path: '/counted',
    public: true,
    upstream,
    spike_arrest: [{ rate: '1/minute', by: 'client' as const }],
  },
  { id: 'public', path: '/public/**', methods: ['GET'], public: true, upstream },
];

let gateway: RoutedGateway;
let token: string;

beforeAll(async () => {
  gateway = await startRoutedGateway(ROUTES, {
    environment: { TRUSTED_PROXIES: '127.0.0.1', FORWARD_AUTH_PROXIES: '127.0.0.1' },
  });
  token = `Authorization: Bearer ${await gateway.tokenFor('orders:read orders:write account')}`;
});

afterAll(() => gateway?.close());

describe.each(DIALECTS)('the sub-request of %s', (dialect) => {
  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    'about a %s that may pass is 200, without a body and with the identity',
    async (method) => {
      const { status, headers, text } = await ask(gateway, dialect, {
        method,
        target: '/api/orders/7?a=b',
        fields: [token],
      });
      expect([status, text]).toEqual([200, '']);
      expect(headers.get('X-Identity')).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
      expect(headers.get('Cache-Control')).toBe('no-store');
      expect(headers.get('Content-Type')).toBeNull();
    },
  );

  it.each(['text/plain', 'application/json; charset=utf-16', 'no media type', ''])(
    'may have any media type of the original request, and no body of it: %j',
    async (type) => {
      const fields = [token, `Content-Type: ${type}`, 'Content-Encoding: br'];
      const { status } = await ask(gateway, dialect, { method: 'POST', target: '/api/orders/7', fields });
      expect(status).toBe(200);
    },
  );

  it('binds the identity to the original method and path, as the proxy forwards them', async () => {
    const { headers } = await ask(gateway, dialect, {
      ...{ method: 'DELETE', target: '/api/orders/%7e7?a=b', fields: [token] },
    });
    const { claims } = decodeJwt(headers.get('X-Identity')!);
    expect(claims).toMatchObject({ htm: 'DELETE', path: '/api/orders/%7e7' });
  });

  it('has the headers of the route’s preset instead where it has one', async () => {
    const { status, headers } = await ask(gateway, dialect, { target: '/my/page', fields: [token] });
    expect(status).toBe(200);
    expect(headers.get('X-Auth-Request-User')).toMatch(/^[\w-]{36}$/);
    expect(headers.get('X-Identity')).toBeNull();
  });

  it('has no identity on a public route, whatever token there is', async () => {
    const { status, headers } = await ask(gateway, dialect, { target: '/public/page', fields: [token] });
    expect(status).toBe(200);
    expect([...headers.keys()].filter((name) => /identity|auth-request|consumer|remote/.test(name))).toEqual(
      [],
    );
  });

  it('is 401 with the challenge without a token', async () => {
    const { status, headers } = await ask(gateway, dialect, { target: '/api/orders/7' });
    expect(status).toBe(401);
    expect(headers.get('WWW-Authenticate')).toMatch(/^Bearer realm="grantway", resource_metadata=/);
  });

  it.each<[number, string, Original]>([
    [
      403,
      'a token without the scope',
      { method: 'POST', target: '/my/page', fields: ['token without scope'] },
    ],
    [404, 'no route', { target: '/nowhere', fields: ['token'] }],
    [404, 'a path that this server answers itself', { target: '/account/sessions', fields: ['token'] }],
    [404, 'forward-auth itself', { target: '/forward-auth/caddy', fields: ['token'] }],
    [405, 'a method that the route does not serve', { method: 'DELETE', target: '/public/page' }],
    [400, 'two Authorization headers', { target: '/api/orders/7', fields: ['token', 'token'] }],
    [400, 'a token in the query', { target: '/api/orders/7?access_token=x', fields: ['token'] }],
    ...[
      '/public/../api/orders',
      '/public/%2e%2e/api',
      '//api',
      '/public/..;/api',
      '/a%00',
      '/a%2fb',
      '/%c0%ae',
    ].map((target): [number, string, Original] => [400, `the target ${target}`, { target }]),
  ])('is %i for %s', async (meant, _, { fields = [], ...original }) => {
    const others = `Authorization: Bearer ${await gateway.tokenFor('orders:read')}`;
    const answer = await ask(gateway, dialect, {
      ...original,
      fields: fields.map((field) => (field === 'token' ? token : others)),
    });
    expect(meantBy(answer, dialect)).toBe(meant);
    expect(answer.headers.get('X-Identity')).toBeNull();
  });

  it('is 429 with all that the client may be told when a quota is used up', async () => {
    const original = { target: `/limited/${dialect}`, fields: [token] };
    const allowed = await ask(gateway, dialect, original);
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('RateLimit')).toMatch(/^"day";r=0;t=\d+$/);
    const refused = await ask(gateway, dialect, original);
    expect(meantBy(refused, dialect)).toBe(429);
    expect(refused.headers.get('Retry-After')).toBe(/t=(\d+)/.exec(refused.headers.get('RateLimit')!)![1]);
    expect(refused.headers.get('RateLimit-Policy')).toBe('"day";q=1;w=86400');
  });

  it('counts a caller without a token by its own address and not by the proxy’s', async () => {
    const network = `198.51.${DIALECTS.indexOf(dialect)}`;
    const target = '/counted';
    for (const meant of [200, 200, 429]) {
      expect(meantBy(await ask(gateway, dialect, { target, ip: `${network}.1` }), dialect)).toBe(meant);
    }
    expect(meantBy(await ask(gateway, dialect, { target, ip: `${network}.2` }), dialect)).toBe(200);
  });

  it('leaves no target in the log', async () => {
    await ask(gateway, dialect, { target: '/api/orders/c4n4ry?c4n4ry=c4n4ry', fields: [token] });
    const lines = gateway.logs.filter((line) => line.includes('"msg":"request"'));
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ ip: '203.0.113.9', forwarded_by: 'orders' });
    expect(gateway.logs.join('')).not.toContain('c4n4ry');
  });

  it('is refused when its client names another request in another proxy’s words, or the proxy says nothing', async () => {
    const target = '/api/orders/7';
    for (const forged of [
      'X-Original-URI: /public/page',
      'X-Forwarded-Uri: /public/page',
      'X-Forwarded-Method: PUT',
    ]) {
      expect(meantBy(await ask(gateway, dialect, { target, fields: [token, forged] }), dialect)).toBe(400);
    }
    const { line } = SUB_REQUESTS[dialect]({ method: 'GET', target, fields: [], ip: '' });
    const bare = answerOf(await raw(gateway, rawRequest(line, [HOST, token])));
    expect(meantBy(bare, dialect)).toBe(400);
  });
});

describe.each(DIALECTS)('the sub-request of %s', (dialect) => {
  it.each<[string, Record<string, string>]>([
    ['no proxy may ask', {}],
    ['the peer is a load balancer', { TRUSTED_PROXIES: '127.0.0.1' }],
    ['others may', { TRUSTED_PROXIES: '127.0.0.1', FORWARD_AUTH_PROXIES: '192.0.2.0/24' }],
  ])('is 403 where %s, whoever it says it is', async (_, environment) => {
    const stranger = await startRoutedGateway(ROUTES, { environment });
    try {
      const fields = [`Authorization: Bearer ${await stranger.tokenFor('orders:read')}`];
      for (const target of ['/api/orders/7', '/public/page']) {
        const answer = await ask(stranger, dialect, { target, fields, ip: '192.0.2.1' });
        expect(answer.status).toBe(403);
        expect(answer.headers.get('X-Identity')).toBeNull();
      }
    } finally {
      await stranger.close();
    }
  });

  it('is 503 with Retry-After when a quota cannot be counted', async () => {
    const redisUrl = `redis://127.0.0.1:${await freePort()}`;
    const environment = {
      TRUSTED_PROXIES: '127.0.0.1',
      FORWARD_AUTH_PROXIES: '127.0.0.1',
      REDIS_URL: redisUrl,
    };
    const blind = await startRoutedGateway(ROUTES, { environment });
    try {
      const fields = [`Authorization: Bearer ${await blind.tokenFor('orders:read')}`];
      const answer = await ask(blind, dialect, { target: `/limited/${dialect}`, fields });
      expect(meantBy(answer, dialect)).toBe(503);
      expect(answer.headers.get('Retry-After')).toBe('2');
      expect(meantBy(await ask(blind, dialect, { target: '/api/orders/7', fields }), dialect)).toBe(200);
    } finally {
      await blind.close();
    }
  });
});

describe('the path of a dialect', () => {
  it.each(['nginx', 'caddy', 'traefik', 'haproxy'])(
    '/forward-auth/%s takes GET and HEAD alone',
    async (path) => {
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const answer = answerOf(
          await raw(
            gateway,
            rawRequest(`${method} /forward-auth/${path}`, ['Host: as', ...who('192.0.2.1')]),
          ),
        );
        expect(answer.status).toBe(405);
      }
    },
  );

  it.each([
    '',
    '/',
    '/apache',
    '/nginx/',
    '/nginx/api/orders',
    '/envoy',
    '/%65nvoy/api/orders/7',
    '/envoy%2Fapi/orders/7',
  ])('/forward-auth%s is none', async (path) => {
    const fields = ['Host: as', token, ...who('192.0.2.1')];
    const answer = answerOf(await raw(gateway, rawRequest(`GET /forward-auth${path}`, fields)));
    expect([400, 404]).toContain(answer.status);
    expect(answer.headers.get('X-Identity')).toBeNull();
  });

  it('/forward-auth/envoy has the whole target of the client behind it, and nothing else', async () => {
    const fields = ['Host: as', token, ...who('192.0.2.1')];
    const absolute = 'GET http://grantway/forward-auth/envoy/api/orders/7';
    expect(answerOf(await raw(gateway, rawRequest(absolute, fields))).status).toBe(400);
    for (const target of ['/', '/?a', '/api', '/api/orders/../../public/page']) {
      const answer = answerOf(await raw(gateway, rawRequest(`GET /forward-auth/envoy${target}`, fields)));
      expect([400, 404]).toContain(answer.status);
    }
  });
});

/** The status of an answer; nginx is told most of them by a header. */
function meantBy({ status, headers }: Answer, dialect: Dialect): number {
  const meant = headers.get('X-Forward-Auth-Status');
  if (dialect !== 'nginx') {
    expect(meant).toBeNull();
    return status;
  }
  expect(status).toBe(meant === '200' || meant === '401' ? Number(meant) : 403);
  return Number(meant);
}
