import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Database } from '../../src/platform/database/database.js';
import { ACCESS_TOKEN_FORMATS } from '../../src/protocol/access-token.js';
import { type Answer, basic, bearer, call, post, refresh, signIn } from '../support/http.js';
import { decodeJwt, signedWith, theServersKey } from '../support/jwt.js';
import {
  type TestClient,
  type TestPerson,
  aConfidentialClient,
  aPerson,
  aPublicClient,
} from '../support/mothers.js';
import { type TestServer, startServer } from '../support/server.js';
import {
  API,
  aResourceServer,
  expectAccepted,
  expectOAuthError,
  expectRefused,
  introspect,
} from '../support/verdicts.js';

let server: TestServer;
let client: TestClient;
let stranger: TestClient;
let resourceServer: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  resourceServer = await aResourceServer(server);
  person = await aPerson(server);
});

afterEach(() => vi.restoreAllMocks());

afterAll(() => server?.close());

interface Tokens {
  access_token: string;
  refresh_token: string;
}

async function tokens(): Promise<Tokens> {
  return (await signIn(server, client, person)).json;
}

async function revoke(token: string, more: Record<string, string> = {}, by = client): Promise<Answer> {
  return post(server, '/revoke', by, { token, ...more });
}

function expectRevoked(answer: Answer): void {
  expect(answer).toMatchObject({ status: 200, text: '{}' });
  expect(answer.headers.get('Content-Type')).toMatch(/^application\/json\b/);
  expect(answer.headers.get('Cache-Control')).toBe('no-store');
}

/** That a refresh token still gives a new pair; the grant is alive. */
async function expectRefreshes(refreshToken: string): Promise<void> {
  expect((await refresh(server, client, refreshToken)).status).toBe(200);
}

describe.each(ACCESS_TOKEN_FORMATS)('with access tokens that are %s', (accessTokenFormat) => {
  beforeAll(async () => {
    client = await aConfidentialClient(server, { accessTokenFormat });
    stranger = await aConfidentialClient(server, { accessTokenFormat });
  });

  describe('RFC 7009 §2.1: revoking a refresh token', () => {
    it('ends the grant with its access tokens, and no other grant of the same person', async () => {
      const ended = await tokens();
      const other = await tokens();
      await expectAccepted(server, resourceServer, ended.access_token);
      expectRevoked(await revoke(ended.refresh_token));
      expectOAuthError(await refresh(server, client, ended.refresh_token), 'invalid_grant');
      await expectRefused(server, resourceServer, ended.access_token);
      await expectAccepted(server, resourceServer, other.access_token);
      await expectRefreshes(other.refresh_token);
    });

    it('ends the grant by a token that was used already, too: its successor dies with it', async () => {
      const { access_token: accessToken, refresh_token: used } = await tokens();
      const successor = (await refresh(server, client, used)).json;
      expectRevoked(await revoke(used));
      expectOAuthError(await refresh(server, client, successor.refresh_token), 'invalid_grant');
      await expectRefused(server, resourceServer, successor.access_token);
      await expectRefused(server, resourceServer, accessToken);
    });

    it.each(['access_token', 'refresh_token', 'foo', ''])(
      'does so under the hint %j: a hint only says where to look first',
      async (hint) => {
        const { access_token: accessToken, refresh_token: refreshToken } = await tokens();
        expectRevoked(await revoke(refreshToken, { token_type_hint: hint }));
        expectOAuthError(await refresh(server, client, refreshToken), 'invalid_grant');
        await expectRefused(server, resourceServer, accessToken);
      },
    );

    it('serves public clients, by their client_id alone', async () => {
      const app = await aPublicClient(server);
      const { json } = await signInPublic(app);
      expectRevoked(
        await post(server, '/revoke', undefined, { client_id: app.id, token: json.refresh_token }),
      );
      await expectRefused(server, resourceServer, json.access_token);
    });
  });

  describe('RFC 7009 §2.1: revoking an access token', () => {
    it.each(['access_token', 'refresh_token', 'foo'])(
      'ends that token alone under the hint %j; the refresh token lives on',
      async (hint) => {
        const { access_token: accessToken, refresh_token: refreshToken } = await tokens();
        expectRevoked(await revoke(accessToken, { token_type_hint: hint }));
        await expectRefused(server, resourceServer, accessToken);
        const { json } = await refresh(server, client, refreshToken);
        await expectAccepted(server, resourceServer, json.access_token);
        await expectRefused(server, resourceServer, accessToken);
      },
    );

    it('ends a client’s own token, not its next one', async () => {
      const form = { grant_type: 'client_credentials' };
      const { access_token: first } = (await post(server, '/token', client, form)).json;
      expectRevoked(await revoke(first));
      await expectRefused(server, resourceServer, first);
      const { access_token: second } = (await post(server, '/token', client, form)).json;
      await expectAccepted(server, resourceServer, second);
    });

    it('counts at once, and never counts the other way again', async () => {
      for (let times = 0; times < 30; times += 1) {
        const { access_token: accessToken } = await tokens();
        expect((await bearer(server, accessToken, API)).status).toBe(200);
        expectRevoked(await revoke(accessToken));
        const statuses = await Promise.all(
          [1, 2, 3].map(async () => (await bearer(server, accessToken, API)).status),
        );
        expect(statuses).toEqual([401, 401, 401]);
      }
    });
  });

  describe('RFC 7009 §2.2: the answer', () => {
    it('is the same for tokens that are unknown, malformed, expired or revoked', async () => {
      const shortLived = await aConfidentialClient(server, { accessTokenTtl: 1 });
      const expired = (await signIn(server, shortLived, person)).json.access_token as string;
      const revoked = await tokens();
      expectRevoked(await revoke(revoked.refresh_token));
      server.clock.advance(2);
      const foreignKey = signedWith(
        (await theServersKey(server)).privateKey,
        { ...decodeJwt(expired).header, kid: 'unknown' },
        decodeJwt(expired).claims,
      );
      for (const token of [
        revoked.refresh_token,
        revoked.access_token,
        expired,
        foreignKey,
        'garbage',
        'a.b.c',
        '\0',
        'é'.repeat(100),
        `gwr_${'A'.repeat(43)}`,
        `gwa_${'A'.repeat(43)}`,
        'gwa_',
      ]) {
        expectRevoked(await revoke(token));
      }
    });

    it('stands a hundred revocations of each kind at once', async () => {
      const { access_token: accessToken, refresh_token: refreshToken } = await tokens();
      for (const token of [accessToken, refreshToken, 'garbage', 'a.b.c']) {
        const answers = await Promise.all(Array.from({ length: 100 }, () => revoke(token)));
        expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(new Set(['200 {}']));
      }
      await expectRefused(server, resourceServer, accessToken);
    });
  });

  describe('RFC 7009 §2.1: a token of another client', () => {
    it('is refused and stays untouched, whichever kind it is', async () => {
      const { access_token: accessToken, refresh_token: refreshToken } = await tokens();
      expectOAuthError(await revoke(refreshToken, {}, stranger), 'invalid_request');
      expectOAuthError(await revoke(accessToken, {}, stranger), 'invalid_request');
      await expectAccepted(server, resourceServer, accessToken);
      await expectRefreshes(refreshToken);
    });

    it('is not the resource server’s to revoke either, though it may introspect it', async () => {
      const { access_token: accessToken } = await tokens();
      expectOAuthError(await revoke(accessToken, {}, resourceServer), 'invalid_request');
      await expectAccepted(server, resourceServer, accessToken);
    });
  });

  describe('RFC 7009 §2.1: client authentication', () => {
    it.each<[string, (token: string) => Promise<Answer>]>([
      ['no credentials', (token) => post(server, '/revoke', undefined, { token })],
      ['a client_id alone', (token) => post(server, '/revoke', undefined, { token, client_id: client.id })],
      ['a wrong secret', (token) => post(server, '/revoke', { id: client.id, secret: 'wrong' }, { token })],
      ['an unknown client', (token) => post(server, '/revoke', { id: 'nobody', secret: 'x' }, { token })],
      [
        'the token as bearer',
        (token) => post(server, '/revoke', undefined, { token }, { Authorization: `Bearer ${token}` }),
      ],
    ])('answers invalid_client to %s, and leaves the token', async (_, attempt) => {
      const { access_token: accessToken, refresh_token: refreshToken } = await tokens();
      for (const token of [accessToken, refreshToken]) {
        const answer = await attempt(token);
        expectOAuthError(answer, 'invalid_client', 401);
        expect(answer.headers.get('WWW-Authenticate')).toMatch(/^\w+ realm="[^"]+"$/);
      }
      await expectAccepted(server, resourceServer, accessToken);
      await expectRefreshes(refreshToken);
    });
  });

  describe('RFC 7009 §2.1 and RFC 6749 §5.2: malformed requests', () => {
    it.each<[string, (token: string) => Promise<Answer>]>([
      ['no token', () => post(server, '/revoke', client, {})],
      ['an empty token', () => post(server, '/revoke', client, 'token=')],
      ['two tokens', (token) => post(server, '/revoke', client, `token=${token}&token=${token}`)],
      [
        'two hints',
        (token) =>
          post(server, '/revoke', client, `token=${token}&token_type_hint=a&token_type_hint=refresh_token`),
      ],
      ['the token in the query', (token) => post(server, `/revoke?token=${token}`, client, {})],
      [
        'the token in the query beside one in the body',
        (token) => post(server, `/revoke?token=${token}`, client, { token }),
      ],
      [
        'a JSON body',
        (token) =>
          post(server, '/revoke', client, JSON.stringify({ token }), { 'Content-Type': 'application/json' }),
      ],
    ])('answers invalid_request to %s', async (_, attempt) => {
      const { refresh_token: refreshToken } = await tokens();
      expectOAuthError(await attempt(refreshToken), 'invalid_request');
      await expectRefreshes(refreshToken);
    });

    it('has no GET, with or without a callback (§2.3)', async () => {
      const { refresh_token: refreshToken } = await tokens();
      const answer = await call(server, `/revoke?token=${refreshToken}&callback=f`, {
        headers: { Authorization: basic(client) },
      });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('Allow')).toBe('POST');
      expect(server.logs.join('\n')).not.toContain(refreshToken);
      await expectRefreshes(refreshToken);
    });
  });

  describe('RFC 7009 §2.2.1: when the server cannot revoke now', () => {
    it.each([
      ['refresh_token', 'grant-end'],
      ['access_token', 'access-token-revoke'],
    ] as const)('answers 503 and Retry-After for a %s, never 200', async (kind, statement) => {
      const issued = await tokens();
      const database = server.app.get(Database);
      const query = database.query.bind(database);
      const lost = Object.assign(new Error('the server closed the connection'), { code: '57P01' });
      vi.spyOn(database, 'query').mockImplementation((name, text, values) =>
        name === statement ? Promise.reject(lost) : query(name, text, values),
      );
      const answer = await revoke(issued[kind]);
      expectOAuthError(answer, 'temporarily_unavailable', 503);
      expect(answer.headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
      vi.restoreAllMocks();
      await expectAccepted(server, resourceServer, issued.access_token);
      expectRevoked(await revoke(issued[kind]));
      await expectRefused(server, resourceServer, issued.access_token);
    });
  });
});

async function signInPublic(app: TestClient): Promise<Answer> {
  const { username, password } = person;
  const answer = await post(server, '/token', undefined, {
    grant_type: 'password',
    client_id: app.id,
    username,
    password,
  });
  expect((await introspect(server, resourceServer, answer.json.access_token)).json.active).toBe(true);
  return answer;
}
