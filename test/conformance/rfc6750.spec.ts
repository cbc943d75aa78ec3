import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, call, post, signIn } from '../support/http.js';
import { type TestClient, aConfidentialClient, aPerson } from '../support/mothers.js';
import { raw, statusOf } from '../support/raw.js';
import { type TestServer, startServer } from '../support/server.js';
import { API, expectInvalidToken } from '../support/verdicts.js';

let server: TestServer;
let client: TestClient;
let accessToken: string;
/** Another good token, of another person. */
let otherToken: string;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
  accessToken = (await signIn(server, client, await aPerson(server))).json.access_token;
  otherToken = (await signIn(server, client, await aPerson(server))).json.access_token;
});

afterAll(() => server?.close());

/** What every refusal below must leave standing. */
async function expectStillGood(): Promise<void> {
  expect((await bearer(server, accessToken, API)).status).toBe(200);
  expect((await bearer(server, otherToken, API)).status).toBe(200);
}

function challengesOf(answer: string): string[] {
  return answer.split('\r\n').filter((line) => /^www-authenticate:/i.test(line));
}

describe('RFC 6750 §2.1: the Authorization header', () => {
  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('knows the scheme as %s', async (scheme) => {
    const answer = await call(server, API, { headers: { Authorization: `${scheme} ${accessToken}` } });
    expect(answer.status).toBe(200);
  });

  it('allows more than one space before the token, as its grammar does', async () => {
    const answer = await call(server, API, { headers: { Authorization: `Bearer   ${accessToken}` } });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['nothing', () => ''],
    ['two words', () => ' a b'],
    ['a token and a word', () => ` ${accessToken} b`],
    ['a quoted token', () => ` "${accessToken}"`],
    ['a comma after the token', () => ` ${accessToken},`],
    ['two tokens', () => ` ${accessToken}, Bearer ${otherToken}`],
    ['a parameter', () => ` token=${accessToken},x=y`],
    ['a percent-encoded token', () => ` ${accessToken.replaceAll('.', '%2E')}`],
    ['padding alone', () => ' =='],
  ])('answers invalid_request to %s after the scheme', async (_, rest) => {
    const answer = await call(server, API, { headers: { Authorization: `Bearer${rest()}` } });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('WWW-Authenticate')).toContain('error="invalid_request"');
    await expectStillGood();
  });

  it.each(['x', 'a.b.c', '.', '..', '...', '-', '~~~', 'e30.e30.e30', '='.padStart(9_000, 'a')])(
    'answers invalid_token to what has the form of a token and is none (%#)',
    async (token) => {
      expectInvalidToken(await bearer(server, token, API));
      await expectStillGood();
    },
  );
});

describe('RFC 6750 §2: one method a request', () => {
  it('refuses a good token in the header beside another in the query, and takes neither', async () => {
    const answer = await bearer(server, accessToken, `${API}?access_token=${otherToken}`);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('WWW-Authenticate')).toContain('error="invalid_request"');
    await expectStillGood();
  });

  it.each([
    ['equal', () => [accessToken, accessToken]],
    ['different', () => [accessToken, otherToken]],
    ['bad and good', () => ['a.b.c', accessToken]],
  ])('refuses two Authorization headers that are %s', async (_, tokens) => {
    const headers = tokens().map((token) => `Authorization: Bearer ${token}\r\n`);
    const answer = await raw(
      server,
      `GET ${API} HTTP/1.1\r\nHost: as\r\n${headers.join('')}Connection: close\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe(400);
    expect(challengesOf(answer)).toEqual([expect.stringContaining('error="invalid_request"')]);
    await expectStillGood();
  });
});

describe('RFC 6750 §2.2 and §2.3: tokens in bodies, queries and cookies are not accepted', () => {
  it('does not take one from the query, and does not log it', async () => {
    const answer = await call(server, `${API}?access_token=${accessToken}`);
    expect(answer.status).toBeOneOf([400, 401]);
    expect(server.logs.join('\n')).not.toContain(accessToken);
    await expectStillGood();
  });

  it('does not take one from a form body', async () => {
    const answer = await post(server, API, undefined, { access_token: accessToken, title: 'Stolen' });
    expect(answer.status).toBeOneOf([400, 401, 415]);
    expect(server.logs.join('\n')).not.toContain(accessToken);
    await expectStillGood();
  });

  it('does not take one from a cookie', async () => {
    const answer = await call(server, API, { headers: { Cookie: `access_token=${accessToken}` } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('WWW-Authenticate')).not.toContain('error=');
    await expectStillGood();
  });
});

describe('RFC 6750 §3: the challenge', () => {
  it.each([
    ['no Authorization header', {}],
    ['another scheme', { Authorization: 'Token abc' }],
    ['Basic', { Authorization: 'Basic YTpi' }],
    ['a scheme that only begins like Bearer', { Authorization: 'BearerX abc' }],
    ['an empty header', { Authorization: '' }],
  ])('has no error code after %s (§3.1)', async (_, headers) => {
    const answer = await call(server, API, { headers: headers as Record<string, string> });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('WWW-Authenticate')).toMatch(
      /^Bearer realm="[^"]+", resource_metadata="[^"]+"$/,
    );
    expect(answer.headers.get('Content-Type')).toMatch(/^application\/problem\+json\b/);
    await expectStillGood();
  });

  it('stands in the answer once', async () => {
    const answer = await raw(
      server,
      `GET ${API} HTTP/1.1\r\nHost: as\r\nAuthorization: Bearer a.b.c\r\nConnection: close\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe(401);
    expect(challengesOf(answer)).toEqual([expect.stringMatching(/: Bearer realm=.*error="invalid_token"/)]);
  });

  it('names the scopes that a route needs and the token lacks (§3.1)', async () => {
    const person = await aPerson(server);
    const reader = (await signIn(server, client, person, 'resources:read')).json.access_token;
    const answer = await bearer(server, reader, API, { method: 'POST', body: { title: 'No' } });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('WWW-Authenticate')).toMatch(
      /^Bearer realm="[^"]+", error="insufficient_scope", error_description="[^"]+", scope="resources:write",/,
    );
    expect((await bearer(server, reader, API)).json.items).toEqual([]);
  });

  it('is invalid_token for an expired token (§3.1)', async () => {
    const shortLived = await aConfidentialClient(server, { accessTokenTtl: 10 });
    const { json } = await signIn(server, shortLived, await aPerson(server));
    expect((await bearer(server, json.access_token, API)).status).toBe(200);
    server.clock.advance(11);
    expectInvalidToken(await bearer(server, json.access_token, API));
    await expectStillGood();
  });

  it.each(['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    'meets a %s without a token before anything is done',
    async (method) => {
      const path =
        method === 'HEAD' || method === 'POST' ? API : `${API}/019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10`;
      const answer = await call(server, path, { method });
      expect(answer.status).toBeOneOf([401, 405]);
    },
  );
});

describe('RFC 6750 §5.3: what is protected is not stored by caches', () => {
  it.each([API, '/userinfo', '/account/sessions'])('marks %s as not to be stored', async (path) => {
    const answer = await bearer(server, accessToken, path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Cache-Control')).toMatch(/\b(no-store|private)\b/);
  });

  it('marks refusals so too', async () => {
    for (const answer of [await call(server, API), await bearer(server, 'a.b.c', API)]) {
      expect(answer.headers.get('Cache-Control')).toBe('no-store');
      expect(answer.headers.has('Set-Cookie')).toBe(false);
    }
  });
});
