import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, refresh, signIn } from '../support/http.js';
import { decodeJwt } from '../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../support/mothers.js';
import { type TestServer, startServer } from '../support/server.js';
import { type Form, SECRET_METHODS, expectTokens, passwordForm } from '../support/token-endpoint.js';
import { expectOAuthError } from '../support/verdicts.js';

const AUDIENCE = 'https://api.example';

let server: TestServer;
let client: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer({ AUDIENCE });
  client = await aConfidentialClient(server);
  person = await aPerson(server);
});

afterAll(() => server.close());

describe.each(SECRET_METHODS)('RFC 8707 §2: the resource parameter, by $method', ({ send }) => {
  const grants: [string, () => Promise<Form>][] = [
    ['password', async () => passwordForm(person)],
    ['client_credentials', async () => ({ grant_type: 'client_credentials' })],
    [
      'refresh_token',
      async () => ({
        grant_type: 'refresh_token',
        refresh_token: (await signIn(server, client, person)).json.refresh_token,
      }),
    ],
  ];

  describe.each(grants)('with grant_type=%s', (_, form) => {
    it('may name the one audience of the tokens', async () => {
      const answer = await send(server, client, { ...(await form()), resource: AUDIENCE });
      expectTokens(answer);
      expect(decodeJwt(answer.json.access_token).claims.aud).toBe(AUDIENCE);
    });

    it('may have the slash that is an empty path (RFC 3986 §6.2.3)', async () => {
      const answer = await send(server, client, { ...(await form()), resource: new URL(AUDIENCE).href });
      expectTokens(answer);
      expect(decodeJwt(answer.json.access_token).claims.aud).toBe(AUDIENCE);
    });

    it('changes nothing when it is left out or empty', async () => {
      for (const more of [{}, { resource: '' }] as Form[]) {
        const answer = await send(server, client, { ...(await form()), ...more });
        expect(decodeJwt(answer.json.access_token).claims.aud).toBe(AUDIENCE);
      }
    });

    it.each([
      'https://api2.example',
      'https://api.example.evil',
      'https://api.example//',
      'https://api.example/?',
      'https://api.example/x',
      'https://API.example',
      'http://api.example',
      'https://api.example#f',
      'https://api.example?x',
      'http://x#f',
      'api.example',
      '//api.example',
      ' ',
      `${AUDIENCE} https://api2.example`,
      '__proto__',
    ])('answers invalid_target to %j, and costs the client no token', async (resource) => {
      const asked = await form();
      expectOAuthError(await send(server, client, { ...asked, resource }), 'invalid_target');
      expectTokens(await send(server, client, asked));
    });
  });
});

describe('RFC 8707 §2: several resource parameters', () => {
  it('may be there, and each must be allowed', async () => {
    const form = new URLSearchParams(passwordForm(person)).toString();
    const resources = (...list: string[]) =>
      list.map((resource) => `&resource=${encodeURIComponent(resource)}`).join('');
    expectTokens(await post(server, '/token', client, form + resources(AUDIENCE, AUDIENCE)));
    for (const list of [
      [AUDIENCE, 'https://api2.example'],
      ['https://api2.example', AUDIENCE],
    ]) {
      expectOAuthError(await post(server, '/token', client, form + resources(...list)), 'invalid_target');
    }
  });
});

describe('RFC 8707 §2: the order of refusals', () => {
  it('leaves a refresh token as it was', async () => {
    const { refresh_token: token } = (await signIn(server, client, person)).json;
    const refused = await refresh(server, client, token, { resource: 'https://api2.example' });
    expectOAuthError(refused, 'invalid_target');
    const refreshed = await refresh(server, client, token);
    expectTokens(refreshed);
    expect(refreshed.json.refresh_token).not.toBe(token);
  });
});
