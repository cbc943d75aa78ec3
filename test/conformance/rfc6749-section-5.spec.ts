import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, post } from '../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../support/mothers.js';
import { answerOf, raw, rawPost } from '../support/raw.js';
import { type TestServer, startServer } from '../support/server.js';
import { expectInvalidClient, expectTokens, passwordForm } from '../support/token-endpoint.js';
import { expectOAuthError } from '../support/verdicts.js';

let server: TestServer;
let client: TestClient;
let withoutPasswordGrant: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
  withoutPasswordGrant = await aConfidentialClient(server, { grantTypes: ['client_credentials'] });
  person = await aPerson(server);
});

afterAll(() => server.close());

describe('RFC 6749 §5.1: the successful answer', () => {
  it.each([undefined, 'text/html', 'application/xml', '*/*', 'application/json;q=0'])(
    'is JSON that nobody caches, whatever the request accepts: %s',
    async (accept) => {
      const answer = await send(client, accept, passwordForm(person));
      expectTokens(answer);
      expect(answer.headers.has('Set-Cookie')).toBe(false);
      expect(answer.headers.has('X-Powered-By')).toBe(false);
    },
  );

  it("says the client's own lifetime in whole seconds", async () => {
    const quick = await aConfidentialClient(server, { accessTokenTtl: 61 });
    expect((await post(server, '/token', quick, passwordForm(person))).json.expires_in).toBe(61);
  });
});

describe('RFC 6749 §5.2: the error answer', () => {
  const refusals: [code: string, client: () => TestClient | undefined, form: () => Record<string, string>][] =
    [
      ['invalid_request', () => client, () => ({})],
      ['invalid_request', () => client, () => passwordForm(person, { username: '' })],
      ['invalid_client', () => ({ ...client, secret: 'wrong' }), () => passwordForm(person)],
      ['invalid_client', () => undefined, () => passwordForm(person)],
      ['invalid_grant', () => client, () => passwordForm({ ...person, password: 'a wrong password 1' })],
      ['invalid_grant', () => client, () => ({ grant_type: 'refresh_token', refresh_token: 'unknown' })],
      ['unauthorized_client', () => withoutPasswordGrant, () => passwordForm(person)],
      ['unsupported_grant_type', () => client, () => ({ grant_type: 'implicit' })],
      ['invalid_scope', () => client, () => passwordForm(person, { scope: 'unknown' })],
      ['invalid_target', () => client, () => passwordForm(person, { resource: 'https://api2.example' })],
    ];

  describe.each([undefined, 'text/html', 'application/problem+json', 'image/*;q=0'])(
    'with Accept: %s',
    (accept) => {
      it.each(refusals)('is JSON of error and error_description alone: %s', async (code, who, form) => {
        const answer = await send(who(), accept, form());
        if (code === 'invalid_client')
          expectInvalidClient(answer, who() === undefined ? 'ClientSecret' : 'Basic');
        else expectOAuthError(answer, code);
        expect(answer.headers.get('Pragma')).toBe('no-cache');
      });

      it('is JSON for a wrong method and a body that is too large, too', async () => {
        const get = answerOf(
          await raw(server, 'GET /token HTTP/1.1\r\nHost: as\r\nConnection: close\r\n\r\n'),
        );
        expectOAuthError(get, 'invalid_request', 405);
        const large = await send(client, accept, passwordForm(person, { x: 'x'.repeat(1_000_000) }));
        expectOAuthError(large, 'invalid_request', 413);
      });
    },
  );

  it('never repeats what was sent', async () => {
    const canary = 'canary7f3a';
    const forms = [
      passwordForm(person, { scope: canary }),
      passwordForm({ username: canary, password: canary }),
      { grant_type: canary },
      passwordForm(person, { resource: `https://${canary}.example` }),
      passwordForm(person, { [canary]: canary, client_id: canary }),
    ];
    for (const form of forms) {
      const answer = await post(server, '/token', client, form);
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain(canary);
      expect(JSON.stringify([...answer.headers])).not.toContain(canary);
    }
  });

  it('is for the exact path: no other spelling of it answers tokens', async () => {
    for (const path of ['/token/', '/token/x', '/TOKEN', '/token;x', '/%74oken/', '/token%2F', '/token%00']) {
      const answer = await post(server, path, client, passwordForm(person));
      expect({ path, refused: answer.status >= 400 && answer.status < 500 }).toEqual({ path, refused: true });
      expect(answer.text).not.toContain('access_token');
    }
    expectTokens(await post(server, '/token', client, passwordForm(person)));
  });
});

/** A request over a bare socket, which adds no Accept of its own. */
async function send(
  presented: TestClient | undefined,
  accept: string | undefined,
  form: Record<string, string>,
) {
  const headers = [
    'Content-Type: application/x-www-form-urlencoded',
    ...(presented === undefined ? [] : [`Authorization: ${basic(presented)}`]),
    ...(accept === undefined ? [] : [`Accept: ${accept}`]),
  ];
  return answerOf(await raw(server, rawPost('/token', headers, new URLSearchParams(form).toString())));
}
