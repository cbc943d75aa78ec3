import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, call, signIn } from '../support/http.js';
import { decodeJwt } from '../support/jwt.js';
import { aConfidentialClient, aPerson } from '../support/mothers.js';
import { type TestServer, startServer } from '../support/server.js';
import { API } from '../support/verdicts.js';

const METADATA = '/.well-known/oauth-protected-resource';

let server: TestServer;

beforeAll(async () => {
  server = await startServer();
});

afterAll(() => server?.close());

/** Every path that opens with a scope, from the OpenAPI document of the server itself. */
async function scopesOfRoutes(): Promise<string[]> {
  const { paths } = (await call(server, '/docs-json')).json as {
    paths: Record<string, Record<string, { security?: Record<string, string[]>[] }>>;
  };
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  const scopes = operations.flatMap(({ security = [] }) => security.flatMap(({ oauth2 = [] }) => oauth2));
  return [...new Set(scopes)].toSorted();
}

describe('RFC 9728 §2 and §3: protected resource metadata', () => {
  it('names the resource, who issues its tokens, and how they are presented', async () => {
    const { status, headers, json } = await call(server, METADATA);
    const { issuer, audience } = server.config.tokens;
    expect(status).toBe(200);
    expect(headers.get('Content-Type')).toMatch(/^application\/json\b/);
    expect(headers.get('Cache-Control')).toMatch(/\bmax-age=\d+/);
    expect(json).toMatchObject({
      resource: audience,
      authorization_servers: [issuer],
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      bearer_methods_supported: ['header'],
    });
  });

  it('lists the scopes that the routes ask for, and no other', async () => {
    const { json } = await call(server, METADATA);
    const onRoutes = await scopesOfRoutes();
    expect(onRoutes).toContain('resources:read');
    expect(json.scopes_supported.toSorted()).toEqual(onRoutes);
  });

  it('calls the resource what tokens have for an audience', async () => {
    const client = await aConfidentialClient(server);
    const { json } = await signIn(server, client, await aPerson(server));
    const { resource } = (await call(server, METADATA)).json;
    expect(decodeJwt(json.access_token).claims.aud).toBe(resource);
  });

  it('is not built from what a request says of its host (§7.3)', async () => {
    const honest = await call(server, METADATA);
    const spoofed = await call(server, METADATA, {
      headers: { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https', Forwarded: 'host=evil' },
    });
    expect(spoofed.text).toBe(honest.text);
  });
});

describe('RFC 9728 §5.1: the challenge points to it', () => {
  it.each([
    ['without a token', undefined],
    ['with a bad one', 'a.b.c'],
  ])('%s', async (_, token) => {
    const answer = token === undefined ? await call(server, API) : await bearer(server, token, API);
    const url = /resource_metadata="([^"]+)"/.exec(answer.headers.get('WWW-Authenticate')!)![1]!;
    expect(url).toBe(`${server.config.tokens.audience}${METADATA}`);
    expect((await call(server, new URL(url).pathname)).json.resource).toBe(server.config.tokens.audience);
  });
});

describe('RFC 9728 §3.3: a resource with a name of its own', () => {
  it('is named by AUDIENCE in the document, in tokens and in challenges alike', async () => {
    const audience = 'https://api.example';
    const elsewhere = await startServer({ AUDIENCE: audience });
    try {
      const { json } = await call(elsewhere, METADATA);
      expect(json).toMatchObject({
        resource: audience,
        authorization_servers: [elsewhere.config.tokens.issuer],
      });
      const client = await aConfidentialClient(elsewhere);
      const tokens = (await signIn(elsewhere, client, await aPerson(elsewhere))).json;
      expect(decodeJwt(tokens.access_token).claims.aud).toBe(audience);
      expect((await bearer(elsewhere, tokens.access_token, API)).status).toBe(200);
      const challenge = (await call(elsewhere, API)).headers.get('WWW-Authenticate');
      expect(challenge).toContain(`resource_metadata="${audience}${METADATA}"`);
    } finally {
      await elsewhere.close();
    }
  });
});
