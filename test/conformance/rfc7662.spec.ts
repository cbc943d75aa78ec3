import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ClientRegistry } from '../../src/modules/clients/index.js';
import { UserDirectory } from '../../src/modules/users/index.js';
import { Database } from '../../src/platform/database/database.js';
import { ACCESS_TOKEN_FORMATS } from '../../src/protocol/access-token.js';
import { type Answer, basic, call, post, refresh, signIn } from '../support/http.js';
import { decodeJwt, signedWith, theServersKey, unsigned } from '../support/jwt.js';
import {
  type TestClient,
  type TestPerson,
  aConfidentialClient,
  aPerson,
  aPublicClient,
} from '../support/mothers.js';
import { type TestServer, startServer } from '../support/server.js';
import {
  INACTIVE,
  aResourceServer,
  expectAccepted,
  expectOAuthError,
  introspect,
} from '../support/verdicts.js';

let server: TestServer;
let client: TestClient;
let resourceServer: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
  resourceServer = await aResourceServer(server);
  person = await aPerson(server, { name: 'Alice Example', email: 'alice@example.com' });
});

afterEach(() => vi.restoreAllMocks());

afterAll(() => server?.close());

async function tokens(): Promise<{ access_token: string; refresh_token: string }> {
  return (await signIn(server, client, person)).json;
}

/** Everything of an answer that could tell two of them apart, but what differs from answer to answer anyway. */
function fingerprint({ status, headers, text }: Answer): string {
  const kept = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
  return JSON.stringify([status, kept, text]);
}

describe('RFC 7662 §2.2: an active token', () => {
  it('is described to a resource server of its audience by the claims that the token has', async () => {
    const { access_token: accessToken } = await tokens();
    const answer = await introspect(server, resourceServer, accessToken);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(answer.headers.get('Content-Type')).toMatch(/^application\/json\b/);
    expect(answer.json).toEqual({ active: true, token_type: 'Bearer', ...decodeJwt(accessToken).claims });
    expect(answer.json).toMatchObject({
      sub: person.sub,
      client_id: client.id,
      iss: server.config.tokens.issuer,
      aud: server.config.tokens.audience,
      scope: 'profile account resources:read resources:write',
      exp: expect.any(Number) as number,
      iat: expect.any(Number) as number,
    });
    expect(answer.text).not.toContain('alice@example.com');
  });

  it('is described to the client it was issued to, both the access and the refresh token', async () => {
    const issued = await tokens();
    const access = await introspect(server, client, issued.access_token);
    expect(access.json).toMatchObject({ active: true, sub: person.sub });
    const { json } = await introspect(server, client, issued.refresh_token);
    expect(json).toMatchObject({ active: true, sub: person.sub, client_id: client.id });
    expect(json).not.toHaveProperty('token_type');
    expect(json.exp).toBeGreaterThan(access.json.exp);
    expect((await refresh(server, client, issued.refresh_token)).status).toBe(200);
  });

  it.each(['access_token', 'refresh_token', 'nonsense', ''])(
    'is found under the hint %j (§2.1)',
    async (hint) => {
      const issued = await tokens();
      for (const token of [issued.access_token, issued.refresh_token]) {
        const { json } = await introspect(server, client, token, { token_type_hint: hint });
        expect(json.active).toBe(true);
      }
    },
  );
});

describe('RFC 7662 §2.2 and §4: details of the person behind a token', () => {
  it.each(ACCESS_TOKEN_FORMATS)(
    'go to a resource server in full, and to the client of a token that is %s as far as it may see them',
    async (accessTokenFormat) => {
      const app = await aConfidentialClient(server, {
        accessTokenFormat,
        userDetails: [
          { name: 'name', display: true },
          { name: 'email', display: false },
        ],
      });
      const { json } = await signIn(server, app, person);
      const toResourceServer = (await introspect(server, resourceServer, json.access_token)).json;
      expect(toResourceServer).toMatchObject({ name: 'Alice Example', email: 'alice@example.com' });
      const { email: _, ...displayed } = toResourceServer;
      expect((await introspect(server, app, json.access_token)).json).toEqual(displayed);
      expect((await introspect(server, client, json.access_token)).text).toBe(INACTIVE);
    },
  );
});

describe('RFC 7662 §2.2 and §4: what a caller must not learn', () => {
  it('answers the same bytes to every token that does not count', async () => {
    const dead = await deadTokens();
    const answers = await Promise.all(
      Object.entries(dead).map(
        async ([name, token]) => [name, await introspect(server, resourceServer, token)] as const,
      ),
    );
    const [, first] = answers[0]!;
    expect(first).toMatchObject({ status: 200, text: INACTIVE });
    const expected = fingerprint(first);
    for (const [name, answer] of answers) expect(fingerprint(answer), name).toBe(expected);
    await expectAccepted(server, resourceServer, (await tokens()).access_token);
  });

  it('answers so too to a resource server of another audience, and to a client without that right', async () => {
    const { access_token: accessToken, refresh_token: refreshToken } = await tokens();
    const elsewhere = await aConfidentialClient(server, {
      grantTypes: [],
      audiences: ['https://elsewhere.example', `${server.config.tokens.audience}.evil.example`],
    });
    const ordinary = await aConfidentialClient(server);
    const unknown = fingerprint(await introspect(server, resourceServer, 'unknown'));
    for (const [asker, token] of [
      [elsewhere, accessToken],
      [ordinary, accessToken],
      [ordinary, refreshToken],
      [resourceServer, refreshToken],
    ] as const) {
      expect(fingerprint(await introspect(server, asker, token))).toBe(unknown);
    }
    expect((await introspect(server, client, refreshToken)).json.active).toBe(true);
    await expectAccepted(server, resourceServer, accessToken);
  });

  it('refuses a token of a megabyte by its size', async () => {
    expect((await introspect(server, resourceServer, 'a'.repeat(1024 * 1024))).status).toBe(413);
    expect((await introspect(server, resourceServer, 'a'.repeat(32 * 1024))).text).toBe(INACTIVE);
    await expectAccepted(server, resourceServer, (await tokens()).access_token);
  });
});

describe('RFC 7662 §2.1: client authentication', () => {
  it.each<[string, (token: string) => Promise<Answer>]>([
    ['no credentials', (token) => introspect(server, undefined, token)],
    ['a client_id alone', (token) => introspect(server, undefined, token, { client_id: resourceServer.id })],
    ['a wrong secret', (token) => introspect(server, { id: resourceServer.id, secret: 'wrong' }, token)],
    [
      'the very token as bearer',
      (token) => post(server, '/introspect', undefined, { token }, { Authorization: `Bearer ${token}` }),
    ],
  ])('answers invalid_client to %s, and says nothing of the token', async (_, attempt) => {
    const { access_token: accessToken } = await tokens();
    const answer = await attempt(accessToken);
    expectOAuthError(answer, 'invalid_client', 401);
    expect(answer.headers.get('WWW-Authenticate')).toMatch(/^\w+ realm="[^"]+"$/);
    expect(answer.text).not.toMatch(/active|sub|scope/);
    await expectAccepted(server, resourceServer, accessToken);
  });

  it('refuses a public client even about its own token: it proves nothing', async () => {
    const app = await aPublicClient(server);
    const { json } = await post(server, '/token', undefined, {
      grant_type: 'password',
      client_id: app.id,
      username: person.username,
      password: person.password,
    });
    expectOAuthError(
      await introspect(server, undefined, json.access_token, { client_id: app.id }),
      'invalid_client',
      401,
    );
    await expectAccepted(server, resourceServer, json.access_token);
  });
});

describe('RFC 7662 §2.1: malformed requests', () => {
  it.each<[string, (token: string) => Promise<Answer>]>([
    ['no token', () => post(server, '/introspect', resourceServer, {})],
    ['an empty token', () => post(server, '/introspect', resourceServer, 'token=')],
    ['two tokens', (token) => post(server, '/introspect', resourceServer, `token=${token}&token=${token}`)],
    ['the token in the query', (token) => post(server, `/introspect?token=${token}`, resourceServer, {})],
    [
      'a JSON body',
      (token) =>
        post(server, '/introspect', resourceServer, JSON.stringify({ token }), {
          'Content-Type': 'application/json',
        }),
    ],
  ])('answers invalid_request to %s', async (_, attempt) => {
    const { access_token: accessToken } = await tokens();
    expectOAuthError(await attempt(accessToken), 'invalid_request');
    await expectAccepted(server, resourceServer, accessToken);
  });

  it('has no GET', async () => {
    const { access_token: accessToken } = await tokens();
    const answer = await call(server, `/introspect?token=${accessToken}`, {
      headers: { Authorization: basic(resourceServer) },
    });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('Allow')).toBe('POST');
    expect(server.logs.join('\n')).not.toContain(accessToken);
  });
});

describe('RFC 7662 §4: what changed since the token was issued', () => {
  it('is seen at once: a new token, a narrowed one, a revoked one', async () => {
    const narrowed = await aConfidentialClient(server);
    const { json } = await signIn(server, narrowed, person);
    expect((await introspect(server, resourceServer, json.access_token)).json.scope).toContain(
      'resources:write',
    );
    await server.app.get(ClientRegistry).change(narrowed.id, { scope: ['profile', 'resources:read'] });
    expect((await introspect(server, resourceServer, json.access_token)).json).toMatchObject({
      active: true,
      scope: 'profile resources:read',
    });
    expect((await introspect(server, narrowed, json.refresh_token)).json.scope).toBe(
      'profile resources:read',
    );
    await post(server, '/revoke', narrowed, { token: json.refresh_token });
    expect((await introspect(server, resourceServer, json.access_token)).text).toBe(INACTIVE);
    expect((await introspect(server, narrowed, json.refresh_token)).text).toBe(INACTIVE);
  });
});

describe('RFC 7662 §2.3: when the state of a token cannot be known', () => {
  it('answers 503 and Retry-After, neither active nor inactive', async () => {
    const { access_token: accessToken } = await tokens();
    const lost = Object.assign(new Error('the server closed the connection'), { code: '57P01' });
    vi.spyOn(server.app.get(Database), 'query').mockRejectedValue(lost);
    const answer = await introspect(server, resourceServer, accessToken);
    expectOAuthError(answer, 'temporarily_unavailable', 503);
    expect(answer.headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
    vi.restoreAllMocks();
    await expectAccepted(server, resourceServer, accessToken);
  });
});

/** One token for each reason not to count. Moves the clock. */
async function deadTokens(): Promise<Record<string, string>> {
  const shortLived = await aConfidentialClient(server, { accessTokenTtl: 1 });
  const expired = (await signIn(server, shortLived, person)).json.access_token as string;
  server.clock.advance(2);

  const genuine = decodeJwt((await tokens()).access_token);
  const { privateKey } = await theServersKey(server);
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const revoked = await tokens();
  await post(server, '/revoke', client, { token: revoked.access_token });
  const ended = await tokens();
  await post(server, '/revoke', client, { token: ended.refresh_token });
  const rotated = await tokens();
  await refresh(server, client, rotated.refresh_token);

  const disabledPerson = await aPerson(server);
  const ofDisabledPerson = (await signIn(server, client, disabledPerson)).json;
  await server.app.get(UserDirectory).change(disabledPerson.sub, { status: 'disabled' });
  const opaque = await aConfidentialClient(server, { accessTokenFormat: 'opaque' });
  const opaqueRevoked = (await signIn(server, opaque, person)).json.access_token as string;
  await post(server, '/revoke', opaque, { token: opaqueRevoked });
  const opaqueEnded = (await signIn(server, opaque, person)).json;
  await post(server, '/revoke', opaque, { token: opaqueEnded.refresh_token });
  const opaqueShortLived = await aConfidentialClient(server, {
    accessTokenFormat: 'opaque',
    accessTokenTtl: 1,
  });
  const opaqueExpired = (await signIn(server, opaqueShortLived, person)).json.access_token as string;
  server.clock.advance(2);
  const deletedPerson = await aPerson(server);
  const ofDeletedPerson = (await signIn(server, client, deletedPerson)).json;
  await server.app.get(UserDirectory).remove(deletedPerson.sub);
  const disabledClient = await aConfidentialClient(server);
  const ofDisabledClient = (await signIn(server, disabledClient, person)).json;
  await server.app.get(ClientRegistry).change(disabledClient.id, { status: 'disabled' });

  return {
    'a random string': 'nobody-ever-issued-this',
    'a random refresh token': `gwr_${'A'.repeat(43)}`,
    'a random opaque access token': `gwa_${'A'.repeat(43)}`,
    'half of an opaque access token': opaqueRevoked.slice(0, 24),
    'an opaque one that was revoked by itself': opaqueRevoked,
    'an opaque one of an ended grant': opaqueEnded.access_token,
    'an opaque one that expired': opaqueExpired,
    expired,
    'revoked by itself': revoked.access_token,
    'of an ended grant': ended.access_token,
    'the refresh token of an ended grant': ended.refresh_token,
    'rotated out': rotated.refresh_token,
    'signed by another key': signedWith(foreign, genuine.header, genuine.claims),
    unsigned: unsigned({ ...genuine.header, alg: 'none' }, genuine.claims),
    'of another issuer': signedWith(privateKey, genuine.header, {
      ...genuine.claims,
      iss: 'https://elsewhere.example',
    }),
    'of a disabled person': ofDisabledPerson.access_token,
    'the refresh token of a disabled person': ofDisabledPerson.refresh_token,
    'of a deleted person': ofDeletedPerson.access_token,
    'of a disabled client': ofDisabledClient.access_token,
    'the refresh token of a disabled client': ofDisabledClient.refresh_token,
    'control characters': '\0\r\n',
  };
}
