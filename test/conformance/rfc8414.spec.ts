import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENT_AUTHENTICATION_METHODS } from '../../src/protocol/grant-types.js';
import { scopesOffered } from '../../src/protocol/scopes.js';
import { basic, bearer, call, post, refresh, signIn } from '../support/http.js';
import { decodeJwt } from '../support/jwt.js';
import { aConfidentialClient, aPerson, aPublicClient } from '../support/mothers.js';
import { raw } from '../support/raw.js';
import { type TestServer, startServer } from '../support/server.js';
import { aResourceServer } from '../support/verdicts.js';

const METADATA = '/.well-known/oauth-authorization-server';

let server: TestServer;
let metadata: Record<string, any>;

beforeAll(async () => {
  server = await startServer();
  metadata = (await call(server, METADATA)).json;
});

afterAll(() => server?.close());

/** The path of an advertised endpoint. */
function pathOf(endpoint: string): string {
  return new URL(metadata[endpoint] as string).pathname;
}

describe('RFC 8414 §2 and §3: authorization server metadata', () => {
  it('is JSON that may be cached', async () => {
    const { status, headers } = await call(server, METADATA);
    expect(status).toBe(200);
    expect(headers.get('Content-Type')).toMatch(/^application\/json\b/);
    expect(headers.get('Cache-Control')).toMatch(/\bmax-age=\d+/);
    expect(headers.has('Set-Cookie')).toBe(false);
  });

  it('has exactly the members of what works', () => {
    const { issuer } = server.config.tokens;
    expect(metadata).toEqual({
      issuer,
      token_endpoint: `${issuer}/token`,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      revocation_endpoint: `${issuer}/revoke`,
      revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      introspection_endpoint: `${issuer}/introspect`,
      introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      grant_types_supported: ['password', 'refresh_token', 'client_credentials'],
      response_types_supported: [],
      scopes_supported: scopesOffered({ gateway: false }),
    });
  });

  it('says the issuer that tokens say, without query, fragment or trailing slash', async () => {
    const client = await aConfidentialClient(server);
    const { json } = await signIn(server, client, await aPerson(server));
    expect(decodeJwt(json.access_token).claims.iss).toBe(metadata.issuer);
    expect(metadata.issuer).toMatch(/^https?:\/\/[^/?#]+$/);
  });

  it('gives https endpoints to an https issuer, whatever the socket speaks', async () => {
    const issuer = 'https://as.example';
    const behindProxy = await startServer({ ISSUER: issuer });
    try {
      const { json } = await call(behindProxy, METADATA);
      expect(json.issuer).toBe(issuer);
      const urls = Object.entries(json as Record<string, unknown>).filter(([name]) =>
        /_endpoint$|_uri$/.test(name),
      );
      expect(urls).toHaveLength(5);
      for (const [name, url] of urls) expect(String(url).startsWith(`${issuer}/`), name).toBe(true);
    } finally {
      await behindProxy.close();
    }
  });
});

describe('RFC 8414 §2: every advertised member works', () => {
  it('serves each grant type', async () => {
    const client = await aConfidentialClient(server);
    const tokens = await signIn(server, client, await aPerson(server));
    const answers = {
      password: tokens,
      refresh_token: await refresh(server, client, tokens.json.refresh_token),
      client_credentials: await post(server, pathOf('token_endpoint'), client, {
        grant_type: 'client_credentials',
      }),
    };
    expect(Object.keys(answers)).toEqual(metadata.grant_types_supported);
    for (const [type, { status }] of Object.entries(answers)) expect(status, type).toBe(200);
    const unknown = { grant_type: 'authorization_code', code: 'x' };
    expect((await post(server, '/token', client, unknown)).json.error).toBe('unsupported_grant_type');
  });

  it('lists each method that a client can be registered with', () => {
    expect(metadata.token_endpoint_auth_methods_supported).toEqual(CLIENT_AUTHENTICATION_METHODS);
  });

  it('authenticates clients by each method, at each endpoint that lists it', async () => {
    const person = await aPerson(server);
    const secretClient = await aConfidentialClient(server, { audiences: [server.config.tokens.audience] });
    const publicClient = await aPublicClient(server);
    const password = { grant_type: 'password', username: person.username, password: person.password };
    const ways: Record<string, { headers: Record<string, string>; body: Record<string, string> }> = {
      client_secret_basic: { headers: { Authorization: basic(secretClient) }, body: {} },
      client_secret_post: {
        headers: {},
        body: { client_id: secretClient.id, client_secret: secretClient.secret! },
      },
      none: { headers: {}, body: { client_id: publicClient.id } },
    };
    for (const [endpoint, body] of [
      ['token', password],
      ['revocation', { token: 'x' }],
      ['introspection', { token: 'x' }],
    ] as const) {
      const listed = metadata[`${endpoint}_endpoint_auth_methods_supported`] as string[];
      for (const [method, way] of Object.entries(ways)) {
        const answer = await post(
          server,
          pathOf(`${endpoint}_endpoint`),
          undefined,
          { ...body, ...way.body },
          way.headers,
        );
        expect(answer.status, `${method} at ${endpoint}`).toBe(listed.includes(method) ? 200 : 401);
      }
    }
  });

  it('answers at each endpoint', async () => {
    const client = await aConfidentialClient(server);
    const { json } = await signIn(server, client, await aPerson(server));
    const resourceServer = await aResourceServer(server);
    expect((await bearer(server, json.access_token, pathOf('userinfo_endpoint'))).status).toBe(200);
    expect((await call(server, pathOf('jwks_uri'))).json.keys).not.toEqual([]);
    const asked = await post(server, pathOf('introspection_endpoint'), resourceServer, {
      token: json.access_token,
    });
    expect(asked.json.active).toBe(true);
    const revoked = await post(server, pathOf('revocation_endpoint'), client, { token: json.access_token });
    expect(revoked.status).toBe(200);
  });

  it.each(['/authorize', '/register', '/device', '/device_authorization', '/par', '/logout'])(
    'has nothing at %s and advertises none',
    async (path) => {
      expect((await call(server, path)).status).toBe(404);
      expect((await call(server, path, { method: 'POST' })).status).toBe(404);
      expect(Object.values(metadata)).not.toContain(`${server.config.tokens.issuer}${path}`);
    },
  );
});

describe('RFC 8414 §3.3 and §6.2: the issuer is no request’s to choose', () => {
  const spoofs: [string, string[]][] = [
    ['X-Forwarded-Host', ['Host: as', 'X-Forwarded-Host: evil.example']],
    ['X-Forwarded-Proto', ['Host: as', 'X-Forwarded-Proto: https']],
    ['X-Forwarded-Port and Prefix', ['Host: as', 'X-Forwarded-Port: 1', 'X-Forwarded-Prefix: /evil']],
    ['Forwarded', ['Host: as', 'Forwarded: host=evil.example;proto=https']],
    ['another name of this server', ['Host: as.example']],
  ];

  it.each(spoofs)('reflects nothing of %s in its documents', async (_, headers) => {
    const honest = (await call(server, METADATA)).text;
    const answer = await raw(
      server,
      `GET ${METADATA} HTTP/1.1\r\n${headers.join('\r\n')}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toMatch(/evil|as\.example/);
    expect(answer.endsWith(honest)).toBe(true);
  });

  it('reflects nothing in tokens either', async () => {
    const client = await aConfidentialClient(server);
    const person = await aPerson(server);
    const { json } = await post(
      server,
      '/token',
      client,
      { grant_type: 'password', username: person.username, password: person.password },
      { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', Forwarded: 'host=evil.example' },
    );
    const { claims } = decodeJwt(json.access_token);
    expect(claims.iss).toBe(server.config.tokens.issuer);
    expect(JSON.stringify(claims)).not.toContain('evil');
  });
});
