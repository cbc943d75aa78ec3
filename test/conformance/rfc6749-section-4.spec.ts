import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { bearer, post, signIn } from '../support/http.js';
import { decodeJwt } from '../support/jwt.js';
import {
  PASSWORD,
  type TestClient,
  type TestPerson,
  aConfidentialClient,
  aPerson,
  aPublicClient,
} from '../support/mothers.js';
import { FIRST_CLIENT, type TestServer, startServer } from '../support/server.js';
import {
  SECRET_METHODS,
  expectInvalidClient,
  expectTokens,
  passwordForm,
  visibleOf,
  watchHashing,
} from '../support/token-endpoint.js';
import { expectOAuthError } from '../support/verdicts.js';

let server: TestServer;
let client: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
  person = await aPerson(server);
});

afterAll(() => server.close());
afterEach(() => vi.restoreAllMocks());

describe.each(SECRET_METHODS)('RFC 6749 §4.3: the password grant, by $method', ({ send }) => {
  it('answers 200 with an access token, a refresh token, a lifetime and a scope', async () => {
    const answer = await send(server, client, passwordForm(person));
    expectTokens(answer);
    expect(Object.keys(answer.json).toSorted()).toEqual([
      'access_token',
      'expires_in',
      'refresh_token',
      'scope',
      'token_type',
    ]);
  });

  it('answers without a refresh token where the client has no refresh grant', async () => {
    const once = await aConfidentialClient(server, { grantTypes: ['password'] });
    const answer = await send(server, once, passwordForm(person));
    expectTokens(answer);
    expect(answer.json).not.toHaveProperty('refresh_token');
  });

  it('answers invalid_grant when the password is wrong', async () => {
    const wrong = { ...person, password: `${PASSWORD}!` };
    expectOAuthError(await send(server, client, passwordForm(wrong)), 'invalid_grant');
    expectTokens(await send(server, client, passwordForm(person)));
  });

  it('answers the same bytes to whoever may not sign in, and does the same work', async () => {
    const disabled = await aPerson(server, { status: 'disabled' });
    const withoutPassword = await aPerson(server, { password: undefined, passwordHash: undefined });
    const hashing = watchHashing(server);
    const refused = [
      { ...person, password: 'a wrong password 1' },
      { username: 'nobody-by-this-name', password: PASSWORD },
      { username: 'nobody-by-this-name', password: 'a wrong password 1' },
      disabled,
      { ...disabled, password: 'a wrong password 1' },
      withoutPassword,
      { ...withoutPassword, password: 'null' },
    ];
    const [first, ...others] = await answersTo(refused);
    expectOAuthError(first!, 'invalid_grant');
    for (const other of others) expect(visibleOf(other)).toEqual(visibleOf(first!));
    expect(hashing).toHaveBeenCalledTimes(refused.length);
    expectTokens(await send(server, client, passwordForm(person)));
  });

  async function answersTo(people: { username: string; password: string }[]) {
    const answers = [];
    for (const one of people) answers.push(await send(server, client, passwordForm(one)));
    return answers;
  }

  it('is not for a client that was not given it: the same answer to any password, and no hash', async () => {
    const without = await aConfidentialClient(server, {
      grantTypes: ['refresh_token', 'client_credentials'],
    });
    const hashing = watchHashing(server);
    const right = await send(server, without, passwordForm(person));
    const wrong = await send(server, without, passwordForm({ ...person, password: 'a wrong password 1' }));
    const empty = await send(server, without, { grant_type: 'password' });
    expectOAuthError(right, 'unauthorized_client');
    expect(visibleOf(wrong)).toEqual(visibleOf(right));
    expect(visibleOf(empty)).toEqual(visibleOf(right));
    expect(hashing).not.toHaveBeenCalled();
    expectTokens(await send(server, client, passwordForm(person)));
  });

  it('hashes nothing for a request that is refused for its form or its scope', async () => {
    const hashing = watchHashing(server);
    expectOAuthError(await send(server, client, passwordForm(person, { scope: 'unknown' })), 'invalid_scope');
    expectOAuthError(
      await send(server, client, passwordForm({ ...person, username: '\n' })),
      'invalid_request',
    );
    expectOAuthError(
      await send(server, client, passwordForm(person, { resource: 'https://api2.example' })),
      'invalid_target',
    );
    expect(hashing).not.toHaveBeenCalled();
  });

  it('takes nothing of a request into the token that the request has no say in', async () => {
    const asked = {
      sub: 'admin',
      aud: 'x',
      exp: '9999999999',
      roles: 'admin',
      iss: 'x',
      amr: 'mfa',
      sid: 'x',
    };
    const answer = await send(server, client, passwordForm(person, asked));
    expectTokens(answer);
    const { claims } = decodeJwt(answer.json.access_token);
    const { issuer, audience } = server.config.tokens;
    expect(claims).toMatchObject({
      sub: person.sub,
      iss: issuer,
      aud: audience,
      client_id: client.id,
      amr: ['pwd'],
    });
    expect(claims.exp - claims.iat).toBe(300);
    expect(claims).not.toHaveProperty('roles');
    expect(claims.sid).not.toBe('x');
  });

  it('matches grant types exactly', async () => {
    const names = [
      'implicit',
      'authorization_code',
      'PASSWORD',
      'password ',
      ' password',
      'urn:x:y',
      'password,x',
    ];
    const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    for (const grant_type of [...names, ...inherited]) {
      const answer = await send(server, client, passwordForm(person, { grant_type }));
      expectOAuthError(answer, 'unsupported_grant_type');
    }
  });
});

describe('RFC 6749 Appendix B: form-encoding of the password', () => {
  const password = 'a b+c&d=e;f%25"é';
  const encoded = 'a+b%2Bc%26d%3De%3Bf%2525%22%C3%A9';
  let strange: TestPerson;

  beforeAll(async () => {
    strange = await aPerson(server, { password });
  });

  const present = (text: string) =>
    post(server, '/token', client, `grant_type=password&username=${strange.username}&password=${text}`);

  it.each([
    encoded,
    encoded.replace('+', '%20'),
    encoded.replaceAll(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()),
  ])('is decoded once: %s', async (text) => {
    expectTokens(await present(text));
  });

  it('is not left encoded, and not decoded twice', async () => {
    for (const text of [
      encodeURIComponent(encoded),
      'a+b%2Bc%26d%3De%3Bf%25%22%C3%A9',
      'a+b%20c%26d%3De%3Bf%2525%22%C3%A9',
    ]) {
      expectOAuthError(await present(text), 'invalid_grant');
    }
  });

  it('reads a semicolon as itself and not as a separator', async () => {
    expectTokens(await present(encoded.replace('%3B', ';')));
  });
});

describe('RFC 6749 Appendix A.15 and A.16: characters of username and password', () => {
  it.each(['\0', '\n', '\r', '\u001B', '\u007F', '\u0001', '\uFFFE', '\uFFFF'])(
    'answers invalid_request to %j in either',
    async (character) => {
      for (const name of ['username', 'password'] as const) {
        for (const value of [character, `${person[name]}${character}`, `${character}${person[name]}`]) {
          const form = passwordForm({ ...person, [name]: value });
          expectOAuthError(await post(server, '/token', client, form), 'invalid_request');
        }
      }
      expectTokens(await signIn(server, client, person));
    },
  );

  it('allows a tab', async () => {
    const withTab = await aPerson(server, { password: 'tractor\tyellow\tmoonlight' });
    expectTokens(await signIn(server, client, withTab));
    expectOAuthError(
      await signIn(server, client, { ...person, username: `${person.username}\t` }),
      'invalid_grant',
    );
  });

  it.each(['__proto__', 'constructor', "' OR 1=1 --", '%', '_', '*', '${7*7}', '../../etc/passwd', '𝒜𝒷𝒸'])(
    'looks up %s as a name like any other',
    async (username) => {
      expectOAuthError(await signIn(server, client, { username, password: PASSWORD }), 'invalid_grant');
    },
  );
});

describe.each(SECRET_METHODS)('RFC 6749 §4.4: client credentials, by $method', ({ send, challenge }) => {
  const form = { grant_type: 'client_credentials' };

  it('answers with a token of the client itself, and without a refresh token', async () => {
    const answer = await send(server, client, form);
    expectTokens(answer);
    expect(answer.json).not.toHaveProperty('refresh_token');
    const { claims } = decodeJwt(answer.json.access_token);
    expect(claims).toMatchObject({ sub: client.id, client_id: client.id });
    expect(claims).not.toHaveProperty('amr');
    expect((await bearer(server, answer.json.access_token, '/api/resources')).status).toBe(200);
  });

  it("has no scope of a person's by default", async () => {
    expect((await send(server, client, form)).json.scope).toBe('resources:read resources:write');
    expect((await send(server, FIRST_CLIENT, form)).json.scope).toBe('resources:read resources:write');
  });

  it.each(['profile', 'account', 'users:read', 'users:write', 'clients:write', 'sessions:read'])(
    'is never granted %s',
    async (scope) => {
      expectOAuthError(await send(server, FIRST_CLIENT, { ...form, scope }), 'invalid_scope');
      const both = `resources:read ${scope}`;
      expectOAuthError(await send(server, FIRST_CLIENT, { ...form, scope: both }), 'invalid_scope');
    },
  );

  it('opens neither the account nor the administration', async () => {
    const { access_token: token } = (await send(server, FIRST_CLIENT, form)).json;
    for (const path of [
      '/userinfo',
      '/account/sessions',
      '/admin/users',
      '/admin/clients',
      '/admin/sessions',
    ]) {
      expect((await bearer(server, token, path)).status).toBe(403);
    }
  });

  it('ignores a username and a password, right or wrong', async () => {
    const hashing = watchHashing(server);
    const answer = await send(server, client, { ...passwordForm(person), ...form });
    expect(decodeJwt(answer.json.access_token).claims.sub).toBe(client.id);
    expect(hashing).not.toHaveBeenCalled();
  });

  it('is not for a client that was not given it, nor for a wrong secret', async () => {
    const without = await aConfidentialClient(server, { grantTypes: ['password'] });
    expectOAuthError(await send(server, without, form), 'unauthorized_client');
    expectInvalidClient(await send(server, { ...client, secret: 'wrong' }, form), challenge);
    expectTokens(await send(server, client, form));
  });
});

describe('RFC 6749 §4.4: client credentials', () => {
  it('are not for a public client', async () => {
    const publicClient = await aPublicClient(server);
    const form = { grant_type: 'client_credentials', client_id: publicClient.id };
    expectOAuthError(await post(server, '/token', undefined, form), 'unauthorized_client');
  });
});
