import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decodeJwt } from '../../support/jwt.js';
import { raw, statusOf } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import {
  type RecordedRequest,
  type RecordingUpstream,
  lastOf,
  startRecordingUpstream,
  valuesAt,
} from '../../support/upstream-recorder.js';

/** Names by which upstreams are told who calls. */
const IDENTITY = [
  ...['X-Identity', 'X-User-Id', 'X-User', 'X-User-Name', 'X-Userinfo', 'X-Client-Id', 'X-Scope', 'X-Roles'],
  ...[
    'X-Groups',
    'X-Email',
    'X-Sub',
    'X-Id-Token',
    'X-Access-Token',
    'X-JWT-Assertion',
    'X-Authenticated-Userid',
  ],
  ...[
    'Remote-User',
    'Remote-Groups',
    'X-Remote-User',
    'X-WebAuth-User',
    'X-Auth-Request-User',
    'X-Auth-Request-Email',
  ],
  ...[
    'X-Consumer-ID',
    'X-Consumer-Username',
    'X-Credential-Identifier',
    'X-Anonymous-Consumer',
    'X-Forwarded-User',
  ],
  ...[
    'X-Forwarded-Email',
    'X-Forwarded-Groups',
    'X-Forwarded-Access-Token',
    'X-Authentik-Username',
    'Tailscale-User-Login',
  ],
  ...[
    'X-Goog-Authenticated-User-Email',
    'X-Amzn-Oidc-Data',
    'X-MS-Client-Principal',
    'Cf-Access-Jwt-Assertion',
  ],
  ...[
    'OIDC_CLAIM_sub',
    'Shib-Session-ID',
    'SM_USER',
    'iv-user',
    'Client-Cert',
    'X-SSL-Client-Cert',
    'SSL_CLIENT_S_DN',
  ],
  ...['X-Forwarded-Client-Cert', 'Impersonate-User', 'X-On-Behalf-Of', 'X-Act-As', 'X-Spiffe-Id'],
  ...['X-Auth', 'X-Auth-Token', 'X-Authorization', 'X-Serverless-Authorization', 'X-Authenticated', 'X-Jwt'],
  ...['Auth-User', 'User', 'Username', 'Userid', 'X-Login', 'X-Admin', 'X-Claims', 'X-Permissions'],
  ...['X-Account-Id', 'X-Tenant-Id', 'X-Org-Id', 'X-Customer-Id', 'X-Member-Id', 'X-Hasura-Role'],
];

/** Names by which upstreams are told where a request came from. Ours are set under some of them. */
const FORWARDING = [
  ...['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Forwarded-Port', 'X-Forwarded-Prefix'],
  ...['X-Forwarded-Server', 'X-Forwarded-Scheme', 'X-Forwarded-Ssl', 'X-Forwarded-Uri', 'X-Forwarded-Method'],
  ...['X-Forwarded', 'Forwarded', 'Forwarded-For', 'X-Real-IP', 'True-Client-IP', 'Client-IP', 'X-Client-IP'],
  ...[
    'X-Cluster-Client-IP',
    'X-Original-URL',
    'X-Original-Host',
    'X-Host',
    'X-HTTP-Host-Override',
    'Front-End-Https',
  ],
  ...['CF-Connecting-IP', 'Fastly-Client-IP', 'X-ProxyUser-Ip', 'WL-Proxy-Client-IP', 'X-Request-Id'],
  ...['X-End-User-IP', 'X-End-User-Agent'],
];

/** Names by which upstreams are told to do something else. */
const OVERRIDES = [
  ...[
    'X-HTTP-Method-Override',
    'X-HTTP-Method',
    'X-Method-Override',
    'X-Rewrite-URL',
    'X-Middleware-Subrequest',
  ],
  ...['X-Accel-Redirect', 'X-Sendfile', 'Proxy', 'Proxy-Authorization', 'Destination', 'X-Method'],
  ...['X-HTTP-Path-Override', 'X-Override-URL', 'X-HTTP-DestinationURL', 'X-Backend-Host'],
  ...['Http-Host', 'Request-Uri', 'Base-Url', 'X-Custom-IP-Authorization'],
];

/** What a client may write for a name, and a lenient upstream reads as the same. */
const SPELLINGS: [string, (name: string) => string][] = [
  ['as it is', (name) => name],
  ['in lower case', (name) => name.toLowerCase()],
  ['in upper case', (name) => name.toUpperCase()],
  ['with underscores', (name) => name.replaceAll('-', '_')],
  ['with dots', (name) => name.replaceAll('-', '.')],
  ['with other characters of a token', (name) => name.replaceAll('-', '~')],
];

const EVIL = 'admin-canary';

describe('headers that a client sends', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;
  let token: string;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    const to = upstream.origin;
    gateway = await startRoutedGateway([
      { id: 'orders', path: '/orders/**', upstream: to },
      { id: 'open', path: '/open/**', public: true, upstream: to },
      { id: 'mute', path: '/mute/**', identity: 'none', upstream: to },
      { id: 'kong', path: '/kong/**', identity: 'kong', upstream: to },
      { id: 'oauth2-proxy', path: '/oauth2-proxy/**', identity: 'oauth2-proxy', upstream: to },
      { id: 'authelia', path: '/authelia/**', identity: 'authelia', upstream: to },
      { id: 'passing', path: '/passing/**', forward_authorization: true, upstream: to },
      { id: 'dropping', path: '/dropping/**', drop_headers: ['X-Partner'], upstream: to },
    ]);
    token = await gateway.tokenFor('profile orders:read');
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  beforeEach(() => upstream.forget());

  /** Sends a request with these headers over a bare socket; it must arrive. */
  async function forwarded(
    path: string,
    headers: string[],
    bearer: string | undefined = token,
  ): Promise<RecordedRequest> {
    const fields = ['Host: api.example', 'Connection: close', ...headers];
    if (bearer !== undefined) fields.push(`Authorization: Bearer ${bearer}`);
    expect(statusOf(await raw(gateway, `GET ${path} HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`))).toBe(200);
    expect(upstream.requests).toHaveLength(1);
    return lastOf(upstream);
  }

  /** In portions: a request has a hundred fields at most. */
  async function expectDropped(path: string, fields: string[], bearer?: string): Promise<void> {
    for (let at = 0; at < fields.length; at += 50) {
      upstream.forget();
      await forwarded(path, [...fields.slice(at, at + 50), 'X-Kept: harmless'], bearer);
      expect(upstream.wire).toContain('harmless');
      expect(upstream.wire.toLowerCase()).not.toContain(EVIL);
    }
  }

  describe.each(SPELLINGS)('about who is calling, %s (RFC 9700 §4.13)', (_, spell) => {
    const fields = IDENTITY.map((name) => `${spell(name)}: ${EVIL}`);

    it.each(['/orders/7', '/mute/7', '/kong/7', '/oauth2-proxy/7', '/authelia/7'])(
      'never arrive at %s',
      async (path) => {
        await expectDropped(path, fields, token);
      },
    );

    it('never arrive at a route for everyone, which tells of no identity at all', async () => {
      await expectDropped('/open/7', fields, undefined);
      for (const name of IDENTITY) expect(valuesAt(lastOf(upstream), name), name).toEqual([]);
    });
  });

  it('about who is calling are replaced by what the gateway knows, once', async () => {
    const request = await forwarded('/orders/7', ['X-Identity: a', 'x-identity: b', 'X_IDENTITY: c']);
    const [assertion, ...others] = valuesAt(request, 'X-Identity');
    expect(others).toEqual([]);
    expect(decodeJwt(assertion!).claims).toMatchObject({
      sub: gateway.person.sub,
      client_id: gateway.client.id,
      scope: 'profile orders:read',
    });
  });

  it.each([
    ['/kong/7', 'X-Consumer-ID', () => gateway.client.id],
    ['/oauth2-proxy/7', 'X-Auth-Request-User', () => gateway.person.sub],
    ['/authelia/7', 'Remote-User', () => gateway.person.sub],
  ])('in the dialect of %s are replaced likewise: %s', async (path, name, value) => {
    const spellings = SPELLINGS.map(([, spell]) => `${spell(name)}: ${EVIL}`);
    expect(valuesAt(await forwarded(path, spellings), name)).toEqual([value()]);
  });

  it.each(['/open/7', '/mute/7'])(
    'get no identity beside them at %s, though a token is shown',
    async (path) => {
      const request = await forwarded(path, []);
      for (const name of [...IDENTITY, 'Authorization']) expect(valuesAt(request, name), name).toEqual([]);
    },
  );

  it.each(SPELLINGS)('about where they come from are dropped, %s', async (_, spell) => {
    await expectDropped(
      '/orders/7',
      FORWARDING.map((name) => `${spell(name)}: ${EVIL}`),
      token,
    );
  });

  it('about where they come from are replaced by what the gateway saw', async () => {
    const lies = FORWARDING.flatMap((name) => [`${name}: 10.0.0.1`, `${name}: ${EVIL}`]);
    const request = await forwarded('/orders/7', lies.slice(0, 80));
    const told = Object.fromEntries(FORWARDING.map((name) => [name, valuesAt(request, name)] as const));
    const { 'X-Request-Id': [requestId = ''] = [], ...places } = told;
    expect(Object.fromEntries(Object.entries(places).filter(([, values]) => values.length > 0))).toEqual({
      'X-Forwarded-For': ['127.0.0.1'],
      'X-Forwarded-Proto': ['http'],
      'X-Forwarded-Host': [`localhost:${gateway.port}`],
    });
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each(SPELLINGS)('that ask for another method, path or file are dropped, %s', async (_, spell) => {
    await expectDropped(
      '/orders/7',
      OVERRIDES.map((name) => `${spell(name)}: ${EVIL}`),
      token,
    );
  });

  it.each([
    ['Connection: close, X-Identity, x-forwarded-for, X-Request-Id, via, host'],
    ['Connection: X-Identity', 'Connection: X-Forwarded-For, X-Forwarded-Proto'],
    ['Connection: keep-alive, x_identity, X-FORWARDED-HOST'],
  ])(
    'cannot take the gateway’s own away by naming them in Connection: %j (CVE-2026-33805)',
    async (...fields) => {
      const request = await forwarded('/orders/7', fields);
      for (const name of [
        'X-Identity',
        'X-Forwarded-For',
        'X-Forwarded-Proto',
        'X-Forwarded-Host',
        'X-Request-Id',
      ]) {
        expect(valuesAt(request, name), name).toHaveLength(1);
      }
      expect(valuesAt(request, 'Via')).toEqual(['1.1 grantway']);
      expect(valuesAt(request, 'Host')).toEqual([new URL(upstream.origin).host]);
    },
  );

  it.each(SPELLINGS)('that its route drops never arrive, %s', async (_, spell) => {
    await expectDropped('/dropping/7', [`${spell('X-Partner')}: ${EVIL}`], token);
    upstream.forget();
    await forwarded('/orders/7', [`${spell('X-Partner')}: ${EVIL}`]);
    expect(upstream.wire).toContain(EVIL);
  });

  it('that belong to their connection end there (RFC 9110 §7.6.1)', async () => {
    const request = await forwarded('/orders/7', [
      'Connection: X-Hop, close',
      `X-Hop: ${EVIL}`,
      `x_hop: ${EVIL}`,
      `Keep-Alive: timeout=5, ${EVIL}`,
      `Proxy-Connection: ${EVIL}`,
      `Proxy-Authenticate: ${EVIL}`,
      `TE: trailers, ${EVIL}`,
      `Trailer: ${EVIL}`,
      `Upgrade: h2c, ${EVIL}`,
      `HTTP2-Settings: ${EVIL}`,
      'X-Stays: yes',
    ]);
    expect(upstream.wire).not.toContain(EVIL);
    expect(valuesAt(request, 'X-Stays')).toEqual(['yes']);
    for (const name of [
      'Keep-Alive',
      'Proxy-Connection',
      'TE',
      'Trailer',
      'Upgrade',
      'HTTP2-Settings',
      'Expect',
    ]) {
      expect(valuesAt(request, name), name).toEqual([]);
    }
  });

  it('hold the token only where the route says so', async () => {
    expect(valuesAt(await forwarded('/orders/7', []), 'Authorization')).toEqual([]);
    expect(upstream.wire).not.toContain(token);
    upstream.forget();
    expect(valuesAt(await forwarded('/passing/7', []), 'Authorization')).toEqual([`Bearer ${token}`]);
  });

  it.each([
    ['two tokens', () => [`Authorization: Bearer ${token}`, `Authorization: Bearer ${token}`]],
    ['a token and another', () => [`Authorization: Bearer ${token}`, 'authorization: Basic eDp5']],
    ['two in one', () => [`Authorization: Bearer ${token}, Bearer ${token}`]],
  ])('with %s are refused with 400, and nothing is forwarded (RFC 6750 §3.1)', async (_, fields) => {
    for (const path of ['/orders/7', '/passing/7']) {
      const lines = ['Host: a', 'Connection: close', ...fields()].join('\r\n');
      const answer = await raw(gateway, `GET ${path} HTTP/1.1\r\n${lines}\r\n\r\n`);
      expect(statusOf(answer)).toBe(400);
      expect(answer).toMatch(/www-authenticate: Bearer .*error="invalid_request"/i);
    }
    expect(upstream.wire).toBe('');
  });
});
