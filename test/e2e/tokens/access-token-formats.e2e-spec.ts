import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ClientRegistry } from '../../../src/modules/clients/index.js';
import { Database } from '../../../src/platform/database/database.js';
import { ACCESS_TOKEN_FORMATS } from '../../../src/protocol/access-token.js';
import { bearer, post, refresh, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { expectTokens } from '../../support/token-endpoint.js';
import {
  API,
  INACTIVE,
  aResourceServer,
  expectAccepted,
  expectInvalidToken,
  expectOAuthError,
  expectRefused,
  introspect,
} from '../../support/verdicts.js';

let server: TestServer;
let resourceServer: TestClient;

beforeAll(async () => {
  server = await startServer();
  resourceServer = await aResourceServer(server);
});

afterEach(() => vi.restoreAllMocks());

afterAll(() => server?.close());

const WRITE = { method: 'POST', body: { title: 'A document', body: {} } };

describe.each(ACCESS_TOKEN_FORMATS)('a client whose access tokens are %s', (accessTokenFormat) => {
  let client: TestClient;
  let person: TestPerson;

  beforeAll(async () => {
    client = await aConfidentialClient(server, { accessTokenFormat });
    person = await aPerson(server, { name: 'Alice Example', email: 'alice@example.com' });
  });

  const tokens = async (scope?: string): Promise<{ access_token: string; refresh_token: string }> => {
    const answer = await signIn(server, client, person, scope);
    expectTokens(answer);
    return answer.json;
  };
  const isOpaque = (token: string) => token.startsWith('gwa_');

  it('gets tokens of that format and no other, refreshed ones and its own included', async () => {
    const { access_token: first, refresh_token: refreshToken } = await tokens();
    const refreshed = (await refresh(server, client, refreshToken)).json.access_token;
    const own = (await post(server, '/token', client, { grant_type: 'client_credentials' })).json
      .access_token;
    expect([first, refreshed, own].map(isOpaque)).toEqual(Array(3).fill(accessTokenFormat === 'opaque'));
    for (const token of [first, refreshed, own]) await expectAccepted(server, resourceServer, token);
  });

  it('may do with them what their scope says, and nothing else', async () => {
    const { access_token: token } = await tokens('resources:read profile');
    expect((await bearer(server, token, API)).status).toBe(200);
    const refused = await bearer(server, token, API, WRITE);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('WWW-Authenticate')).toMatch(
      /^Bearer .*error="insufficient_scope",.* scope="resources:write"/,
    );
    expect((await bearer(server, (await tokens()).access_token, API, WRITE)).status).toBe(201);
  });

  it('has them described by introspection alike', async () => {
    const before = server.clock.seconds();
    const answer = await signIn(server, client, person, 'resources:read');
    const { access_token: token, expires_in: expiresIn } = answer.json;
    const described = await introspect(server, resourceServer, token);
    expect(described.headers.get('Cache-Control')).toBe('no-store');
    expect(described.json).toEqual({
      active: true,
      token_type: 'Bearer',
      iss: server.config.tokens.issuer,
      sub: person.sub,
      aud: server.config.tokens.audience,
      client_id: client.id,
      scope: 'resources:read',
      iat: expect.any(Number),
      exp: described.json.iat + expiresIn,
      jti: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
      auth_time: expect.any(Number),
      amr: ['pwd'],
    });
    expect(described.json.iat - before).toBeLessThanOrEqual(10);
    expect((await introspect(server, client, token)).json).toEqual(described.json);
  });

  it('loses them when expires_in is over, and not a second earlier', async () => {
    server.clock.stop();
    onTestFinished(() => server.clock.resume());
    const shortLived = await aConfidentialClient(server, { accessTokenFormat, accessTokenTtl: 60 });
    const { json } = await signIn(server, shortLived, person);
    expect(json.expires_in).toBe(60);
    server.clock.advance(59);
    await expectAccepted(server, resourceServer, json.access_token);
    server.clock.advance(1);
    await expectRefused(server, resourceServer, json.access_token);
    expect((await introspect(server, shortLived, json.access_token)).text).toBe(INACTIVE);
    const refreshed = await refresh(server, shortLived, json.refresh_token);
    await expectAccepted(server, resourceServer, refreshed.json.access_token);
  });

  it('has none that outlives its grant', async () => {
    const brief = await aConfidentialClient(server, { accessTokenFormat, grantTtl: 30 });
    const { json } = await signIn(server, brief, person);
    expect(json.expires_in).toBeLessThanOrEqual(31);
    server.clock.advance(32);
    await expectRefused(server, resourceServer, json.access_token);
  });

  it('revokes one alone: the refresh token and other access tokens live on', async () => {
    const { access_token: first, refresh_token: refreshToken } = await tokens();
    const second = (await refresh(server, client, refreshToken)).json;
    for (let times = 0; times < 2; times += 1) {
      expect(await post(server, '/revoke', client, { token: first })).toMatchObject({
        status: 200,
        text: '{}',
      });
      await expectRefused(server, resourceServer, first);
    }
    await expectAccepted(server, resourceServer, second.access_token);
    const third = (await refresh(server, client, second.refresh_token)).json;
    await expectAccepted(server, resourceServer, third.access_token);
  });

  it('keeps them from another client: to revoke, and to ask about', async () => {
    const { access_token: token } = await tokens();
    const stranger = await aConfidentialClient(server, { accessTokenFormat });
    expectOAuthError(await post(server, '/revoke', stranger, { token }), 'invalid_request');
    expect((await introspect(server, stranger, token)).text).toBe(INACTIVE);
    await expectAccepted(server, resourceServer, token);
  });

  it('loses them with the refresh token, revoked or used twice', async () => {
    const revoked = await tokens();
    await post(server, '/revoke', client, { token: revoked.refresh_token });
    await expectRefused(server, resourceServer, revoked.access_token);

    const stolen = await tokens();
    const next = (await refresh(server, client, stolen.refresh_token)).json;
    await refresh(server, client, next.refresh_token);
    expectOAuthError(await refresh(server, client, stolen.refresh_token), 'invalid_grant');
    for (const token of [stolen.access_token, next.access_token]) {
      await expectRefused(server, resourceServer, token);
    }
  });

  it('narrows a refreshed one by what it asks for; the one before keeps its scope', async () => {
    const wide = await tokens();
    const narrow = (await refresh(server, client, wide.refresh_token, { scope: 'resources:read' })).json;
    expect(narrow.scope).toBe('resources:read');
    expect((await bearer(server, narrow.access_token, API)).status).toBe(200);
    expect((await bearer(server, narrow.access_token, API, WRITE)).status).toBe(403);
    expect((await introspect(server, resourceServer, narrow.access_token)).json.scope).toBe('resources:read');
    expect((await bearer(server, wide.access_token, API, WRITE)).status).toBe(201);
  });

  it('sees a scope that it loses gone from them at once', async () => {
    const narrowed = await aConfidentialClient(server, { accessTokenFormat });
    const { json } = await signIn(server, narrowed, person);
    await server.app.get(ClientRegistry).change(narrowed.id, { scope: ['profile', 'resources:read'] });
    expect((await bearer(server, json.access_token, API, WRITE)).status).toBe(403);
    expect((await introspect(server, resourceServer, json.access_token)).json.scope).toBe(
      'profile resources:read',
    );
  });

  it('can show who is signed in, list the sessions and end its own', async () => {
    const alone = await aPerson(server);
    const { access_token: token } = (await signIn(server, client, alone)).json;
    expect((await bearer(server, token, '/userinfo')).json).toMatchObject({
      sub: alone.sub,
      preferred_username: alone.username,
    });
    const { items } = (await bearer(server, token, '/account/sessions')).json;
    expect(items).toMatchObject([{ client_id: client.id, current: true }]);
    const ended = await bearer(server, token, `/account/sessions/${items[0].id}`, { method: 'DELETE' });
    expect(ended.status).toBe(204);
    await expectRefused(server, resourceServer, token);
  });

  it('has its own in its own name, and not for a person’s account', async () => {
    const { json } = await post(server, '/token', client, { grant_type: 'client_credentials' });
    const described = (await introspect(server, resourceServer, json.access_token)).json;
    expect(described).toMatchObject({ active: true, sub: client.id, client_id: client.id });
    expect(described).not.toHaveProperty('auth_time');
    expect(described).not.toHaveProperty('amr');
    expect((await bearer(server, json.access_token, '/userinfo')).status).toBe(403);
    await server.app.get(ClientRegistry).change(client.id, { status: 'disabled' });
    await expectRefused(server, resourceServer, json.access_token);
    await server.app.get(ClientRegistry).change(client.id, { status: 'active' });
    await expectRefused(server, resourceServer, json.access_token);
  });

  it('is answered 503 about them while the database is away, never that they do not count', async () => {
    const { access_token: token } = await tokens();
    const lost = Object.assign(new Error('the server closed the connection'), { code: '57P01' });
    vi.spyOn(server.app.get(Database), 'query').mockRejectedValue(lost);
    const api = await bearer(server, token, API);
    expect(api.status).toBe(503);
    expect(api.headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
    for (const path of ['/introspect', '/revoke']) {
      const answer = await post(server, path, client, { token });
      expectOAuthError(answer, 'temporarily_unavailable', 503);
    }
    vi.restoreAllMocks();
    await expectAccepted(server, resourceServer, token);
  });

  it('cannot use them in place of a refresh token, nor that in place of them', async () => {
    const { access_token: token, refresh_token: refreshToken } = await tokens();
    expectOAuthError(await refresh(server, client, token), 'invalid_grant');
    expectInvalidToken(await bearer(server, refreshToken, API));
    await expectAccepted(server, resourceServer, token);
    expect((await refresh(server, client, refreshToken)).status).toBe(200);
  });
});
