import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../support/free-port.js';
import type { Answer } from '../../support/http.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import {
  type RecordingUpstream,
  lastOf,
  startRecordingUpstream,
  valuesAt,
} from '../../support/upstream-recorder.js';
import { PROXIES, type RunningProxy } from './running-proxy.js';

/** Fields by which somebody tries to be somebody else, or to have another request decided about. */
const FORGED_IDENTITY = [
  ...['X-Identity: forged', 'x-identity: forged', 'X_Identity: forged', 'X-Auth-Request-User: forged'],
  ...['X-Auth-Request-Email: forged', 'X-Consumer-ID: forged', 'X-Authenticated-Userid: forged'],
  ...['Remote-User: forged', 'Remote-Groups: forged', 'X-Forwarded-User: forged', 'X-User-Id: forged'],
];

/** Ways to `/admin/secret` past whoever looks at paths. Some are refused by the proxy itself. */
const HOSTILE = [
  ...[
    '/public/../admin/secret',
    '/public/%2e%2e/admin/secret',
    '/public/..%2fadmin/secret',
    '//admin/secret',
  ],
  ...[
    '/public//../admin/secret',
    '/public/..;/admin/secret',
    '/public/%252e%252e/admin/secret',
    '/%61dmin/secret',
  ],
  ...['/ADMIN/secret', '/public/..\\admin\\secret', '/admin/secret%00', '/public/%c0%ae%c0%ae/admin/secret'],
];

describe.each(PROXIES)('$name, configured as in deploy/', ({ isInstalled, start }) => {
  describe.skipIf(!isInstalled)('(where it is installed)', () => {
    let gateway: RoutedGateway;
    let application: RecordingUpstream;
    let proxy: RunningProxy;
    let reader: string;

    beforeAll(async () => {
      application = await startRecordingUpstream();
      const upstream = application.origin;
      gateway = await startRoutedGateway(
        [
          {
            id: 'orders',
            path: '/api/orders/**',
            scopes: { GET: ['orders:read'], '*': ['orders:write'] },
            upstream,
          },
          { id: 'limited', path: '/limited', quotas: [{ limit: 2, per: 'day', by: 'client' }], upstream },
          { id: 'admin', path: '/admin/**', scopes: ['admin:all'], upstream },
          { id: 'public', path: '/public/**', public: true, upstream },
        ],
        { environment: { TRUSTED_PROXIES: '127.0.0.1', FORWARD_AUTH_PROXIES: '127.0.0.1' } },
      );
      proxy = await start({ grantway: gateway.port, application: application.port });
      reader = `Authorization: Bearer ${await gateway.tokenFor('orders:read')}`;
    });

    afterAll(async () => {
      await proxy?.close();
      await gateway?.close();
      await application?.close();
    });

    beforeEach(() => application.forget());

    it('lets a request with a token pass, as it came, with the identity that Grantway signed', async () => {
      const { status, text } = await proxy.send('GET /api/orders/7?a=%2F..&b', [reader]);
      expect([status, text]).toEqual([200, 'answered']);
      const request = lastOf(application);
      expect(request.line).toBe('GET /api/orders/7?a=%2F..&b');
      expect(application.requests).toHaveLength(1);
      const [identity, ...others] = valuesAt(request, 'X-Identity');
      expect(others).toEqual([]);
      expect(claimsOf(identity!)).toMatchObject({
        iss: gateway.config.tokens.issuer,
        sub: gateway.person.sub,
        client_id: gateway.client.id,
        scope: 'orders:read',
      });
      expect(valuesAt(request, 'Authorization')).toEqual([]);
    });

    it('passes a body on that Grantway was never sent', async () => {
      const writer = `Authorization: Bearer ${await gateway.tokenFor('orders:write')}`;
      const fields = [writer, 'Content-Type: application/json'];
      const { status } = await proxy.send('POST /api/orders', fields, '{"a":1}');
      expect(status).toBe(200);
      expect(lastOf(application)).toMatchObject({ line: 'POST /api/orders', body: '{"a":1}', isWhole: true });
    });

    it('answers 401 with the challenge without a token, or with one that does not count', async () => {
      for (const fields of [[], ['Authorization: Bearer nonsense'], ['Authorization: Basic YTpi']]) {
        const { status, headers } = await proxy.send('GET /api/orders/7', fields);
        expect(status).toBe(401);
        expect(headers.get('WWW-Authenticate')).toMatch(/^Bearer realm="grantway"/);
      }
      expect(application.requests).toEqual([]);
    });

    it('answers 403 when the token lacks the scope of the method', async () => {
      expect((await proxy.send('DELETE /api/orders/7', [reader])).status).toBe(403);
      expect((await proxy.send('GET /admin/secret', [reader])).status).toBe(403);
      expect(application.requests).toEqual([]);
    });

    it('answers 404 for a path without a route', async () => {
      expect((await proxy.send('GET /nowhere', [reader])).status).toBe(404);
      expect((await proxy.send('GET /forward-auth/nginx', [reader])).status).toBe(404);
      expect(application.requests).toEqual([]);
    });

    it('answers 429 with Retry-After when a quota is used up', async () => {
      const answers: Answer[] = [];
      for (let time = 0; time < 3; time++) answers.push(await proxy.send('GET /limited', [reader]));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
      expect(Number(answers[2]!.headers.get('Retry-After'))).toBeGreaterThan(0);
      expect(answers[2]!.headers.get('RateLimit')).toMatch(/^"day";r=0;t=\d+$/);
      expect(answers[2]!.headers.get('RateLimit-Policy')).toBe('"day";q=2;w=86400');
      expect(application.requests).toHaveLength(2);
    });

    it('lets nobody be somebody else by a header, with a token or on a public route', async () => {
      for (const [line, ...fields] of [['GET /api/orders/7', reader], ['GET /public/page']] as const) {
        expect((await proxy.send(line, [...FORGED_IDENTITY, ...fields])).status).toBe(200);
        const { rawHeaders } = lastOf(application);
        expect(rawHeaders.filter((text) => text.includes('forged'))).toEqual([]);
      }
      expect(valuesAt(lastOf(application), 'X-Identity')).toEqual([]);
    });

    it('tells the application of no other method, path or host than those that were decided about', async () => {
      const names = [
        ...['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'X-HTTP-Path-Override'],
        ...['X-HTTP-DestinationURL', 'X-Original-URL', 'X-Original-Host', 'X-Rewrite-URL', 'X-Override-URL'],
        ...['X-Middleware-Subrequest', 'X-Forwarded-Prefix', 'X-Host', 'Destination', 'Proxy'],
      ];
      const fields = names.map((name) => `${name}: forged`);
      expect((await proxy.send('GET /public/page', [...fields, 'X-Kept: harmless'])).status).toBe(200);
      expect(valuesAt(lastOf(application), 'X-Kept')).toEqual(['harmless']);
      expect(lastOf(application).rawHeaders.filter((text) => text.includes('forged'))).toEqual([]);
    });

    it.each([
      ['X-Original-URI: /public/page', 'X-Original-Method: GET'],
      ['X-Original-URL: https://api.example/public/page'],
      ['X-Forwarded-Uri: /public/page', 'X-Forwarded-Method: GET'],
      [
        'X-Forwarded-Uri: /public/page',
        'X-Forwarded-Host: api.example',
        'Connection: close, X-Forwarded-Uri',
      ],
      ['X-Rewrite-URL: /public/page', 'X-HTTP-Method-Override: GET'],
      ['X_Original_URI: /public/page', 'x-forwarded-uri: /public/page', 'X-Forwarded-URI: /public/page'],
    ])('has the real request decided about, whatever its client says of it: %s', async (...fields) => {
      const { status } = await proxy.send('DELETE /admin/secret', fields);
      expect([400, 401, 403]).toContain(status);
      expect(application.requests).toEqual([]);
    });

    it.each(HOSTILE)('lets nobody reach /admin/secret as %s', async (target) => {
      expect((await proxy.send(`GET ${target}`, [reader])).status).toBeGreaterThanOrEqual(400);
      expect(application.requests).toEqual([]);
    });

    it('asks about a WebSocket handshake as about any request', async () => {
      const handshake = [
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ];
      expect((await proxy.send('GET /api/orders/live', handshake)).status).toBe(401);
      expect(application.requests).toEqual([]);
      await proxy.send('GET /api/orders/live', [...handshake, reader]);
      expect(valuesAt(lastOf(application), 'X-Identity')).toHaveLength(1);
    });

    it('counts callers without a token by the address that it saw itself', async () => {
      await proxy.send('GET /public/page', ['X-Forwarded-For: 203.0.113.7', 'Forwarded: for=203.0.113.7']);
      const [decision] = gateway.logs.filter((line) => line.includes('/forward-auth/')).slice(-1);
      expect(JSON.parse(decision!)).toMatchObject({ ip: '127.0.0.1', status: 200, forwarded_by: 'public' });
    });

    it('reaches what Grantway answers itself, but not its /forward-auth', async () => {
      const metadata = await proxy.send('GET /.well-known/oauth-authorization-server');
      expect(metadata.json.issuer).toBe(gateway.config.tokens.issuer);
      const { status, json } = await proxy.send(
        'POST /token',
        ['Content-Type: application/x-www-form-urlencoded'],
        'a=b',
      );
      expect([status, json.error]).toEqual([401, 'invalid_client']);
      for (const path of [
        '/forward-auth/nginx',
        '/.well-known/../forward-auth/nginx',
        '/token/../forward-auth/nginx',
      ]) {
        const answer = await proxy.send(`GET ${path}`, [
          reader,
          'X-Original-URI: /api/orders',
          'X-Original-Method: GET',
        ]);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.headers.get('X-Identity')).toBeNull();
      }
    });

    it('lets nothing pass while Grantway is away', async () => {
      const alone = await start({ grantway: await freePort(), application: application.port });
      try {
        for (const path of ['/api/orders/7', '/public/page']) {
          expect([502, 503]).toContain((await alone.send(`GET ${path}`, [reader])).status);
        }
        expect(application.requests).toEqual([]);
      } finally {
        await alone.close();
      }
    });
  });
});

function claimsOf(jwt: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
}
