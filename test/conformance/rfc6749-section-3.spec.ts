import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, bearer, call, post, refresh, signIn } from '../support/http.js';
import { decodeJwt } from '../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../support/mothers.js';
import { answerOf, raw, rawPost, statusOf } from '../support/raw.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../support/server.js';
import { SECRET_METHODS, expectTokens, passwordForm } from '../support/token-endpoint.js';
import { aResourceServer, expectOAuthError, introspect } from '../support/verdicts.js';

const FORM = 'application/x-www-form-urlencoded';

let server: TestServer;
let client: TestClient;
let person: TestPerson;
let form: string;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
  // The same text form-encoded, so that a log is searched for it in one spelling.
  person = await aPerson(server, { password: 'walrus-lantern-copper' });
  form = encoded(passwordForm(person));
});

afterAll(() => server.close());

describe('RFC 6749 §3.2: the request is a POST', () => {
  it.each(['GET', 'PUT', 'DELETE', 'HEAD', 'TRACE', 'PATCH', 'PROPFIND'])(
    'answers 405 and Allow: POST to %s, and keeps its query out of the log',
    async (method) => {
      const request = [
        `${method} /token?${form}&canary-${method} HTTP/1.1`,
        'Host: as',
        'Connection: close',
        `Authorization: ${basic(client)}`,
      ];
      const answer = await raw(server, `${request.join('\r\n')}\r\n\r\n`);
      expect(statusOf(answer)).toBe(405);
      expect(answer).toMatch(/\r\nAllow: POST\r\n/i);
      expect(answer).not.toContain('access_token');
      if (method !== 'HEAD') expectOAuthError(answerOf(answer), 'invalid_request', 405);
      expectSilent(`canary-${method}`, person.password);
    },
  );

  it('does not let a header override the method', async () => {
    for (const method of ['GET', 'DELETE']) {
      expectTokens(await post(server, '/token', client, form, { 'X-HTTP-Method-Override': method }));
    }
  });

  it('ignores an unknown parameter in the query', async () => {
    expectTokens(await post(server, '/token?foo=1', client, form));
  });

  it('answers invalid_request to client credentials in the query', async () => {
    const query = encoded({ client_id: client.id, client_secret: client.secret! });
    expectOAuthError(await post(server, `/token?${query}`, undefined, form), 'invalid_request');
    expectSilent(client.secret!, person.password);
  });

  it('answers invalid_request to a password or a refresh token in the query', async () => {
    expectOAuthError(await post(server, `/token?${form}`, client, ''), 'invalid_request');
    const { refresh_token } = (await signIn(server, client, person)).json;
    const body = 'grant_type=refresh_token';
    expectOAuthError(
      await post(server, `/token?refresh_token=${refresh_token}`, client, body),
      'invalid_request',
    );
    expectOAuthError(
      await post(
        server,
        `/token?refresh_token=${refresh_token}`,
        client,
        `${body}&refresh_token=${refresh_token}`,
      ),
      'invalid_request',
    );
    expectSilent(refresh_token, person.password);
    expectTokens(await refresh(server, client, refresh_token));
  });
});

describe('RFC 6749 §3.2: the body is form-encoded', () => {
  const send = (contentType: string | undefined, body: string) =>
    call(server, '/token', {
      method: 'POST',
      headers: {
        Authorization: basic(client),
        ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
      },
      // Bytes: fetch adds no media type of its own to them.
      body: new TextEncoder().encode(body),
    });
  const repeated = () => `${form}&username=mallory`;

  it('does not take JSON', async () => {
    const body = JSON.stringify(passwordForm(person));
    for (const type of [
      'application/json',
      'application/merge-patch+json',
      'application/json; charset=utf-8',
    ]) {
      expectOAuthError(await send(type, body), 'invalid_request');
    }
  });

  it.each([
    undefined,
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    `${FORM}X`,
    `x${FORM}`,
    `${FORM}\t;x`,
    `${FORM};x`,
    `${FORM}; charset=utf-16`,
    `${FORM}; charset=iso-8859-1`,
    `${FORM}; charset=utf-8; charset=utf-16`,
    `${FORM}, application/json`,
    `application/json; ${FORM}`,
    'form',
    '/',
  ])('answers invalid_request to Content-Type: %s', async (contentType) => {
    expectOAuthError(await send(contentType, form), 'invalid_request');
    expectOAuthError(await send(contentType, repeated()), 'invalid_request');
  });

  it.each([
    FORM,
    FORM.toUpperCase(),
    `${FORM}; charset=UTF-8`,
    `${FORM};charset=utf-8`,
    `${FORM};`,
    `${FORM}; charset=UTF-8;`,
    `${FORM}; charset=utf8`,
    `${FORM}; v=1`,
    `${FORM} ; charset="utf-8"`,
  ])('reads Content-Type: %s, and as strictly as any', async (contentType) => {
    expectTokens(await send(contentType, form));
    expectOAuthError(await send(contentType, repeated()), 'invalid_request');
  });

  it.each([
    ['ends in a line break', FORM, (body: string) => `${body}\n`],
    ['begins with a byte order mark', FORM, (body: string) => `\uFEFF${body}`],
    ['must be in UTF-8, not in utf-16', `${FORM}; charset=utf-16`, (body: string) => body],
  ])('is refused with the cause: it %s', async (cause, type, change) => {
    const refused = await send(type, change(form));
    expectOAuthError(refused, 'invalid_request');
    expect(refused.json.error_description).toContain(cause);
  });

  it('reads a Content-Type after several spaces as strictly as any', async () => {
    const headers = [`Content-Type:   ${FORM}`, `Authorization: ${basic(client)}`];
    expectTokens(answerOf(await raw(server, rawPost('/token', headers, form))));
    const answer = await raw(server, rawPost('/token', headers, repeated()));
    expectOAuthError(answerOf(answer), 'invalid_request');
  });

  it.each([
    [FORM, FORM],
    [FORM, 'application/json'],
    ['application/json', FORM],
  ])('answers invalid_request to two Content-Type headers: %s and %s', async (...types) => {
    const headers = [...types.map((type) => `Content-Type: ${type}`), `Authorization: ${basic(client)}`];
    expectOAuthError(answerOf(await raw(server, rawPost('/token', headers, form))), 'invalid_request');
  });

  it.each(['gzip', 'deflate', 'br', 'gzip, identity', 'x'])(
    'answers invalid_request to Content-Encoding: %s',
    async (coding) => {
      const answer = await post(server, '/token', client, form, { 'Content-Encoding': coding });
      expectOAuthError(answer, 'invalid_request');
    },
  );

  it('answers invalid_request to broken escapes and to bytes that are no UTF-8', async () => {
    for (const broken of ['%', '%zz', '%C3', '%FF', '%C0%AE', '%ED%A0%80']) {
      expectOAuthError(await send(FORM, `${form}&x=${broken}`), 'invalid_request');
    }
    const headers = [`Content-Type: ${FORM}`, `Authorization: ${basic(client)}`];
    const answer = await raw(server, rawPost('/token', headers, `${form}&x=\xFF`));
    expectOAuthError(answerOf(answer), 'invalid_request');
  });
});

describe.each(SECRET_METHODS)('RFC 6749 §3.2: parameters, by $method', ({ method, send }) => {
  const sendText = (text: string) =>
    method === 'client_secret_basic'
      ? post(server, '/token', client, text)
      : post(server, '/token', undefined, `${text}&client_id=${client.id}&client_secret=${client.secret}`);

  it.each(['grant_type', 'username', 'password', 'scope', 'foo'])(
    'must not be repeated: %s, equal or different',
    async (name) => {
      const first = name === 'scope' || name === 'foo' ? `${form}&${name}=profile` : form;
      const value = new URLSearchParams(first).get(name)!;
      expectTokens(await sendText(first));
      for (const second of [value, 'other', '']) {
        expectOAuthError(await sendText(`${first}&${encoded({ [name]: second })}`), 'invalid_request');
      }
    },
  );

  it('must not be repeated: client_id and client_secret', async () => {
    const more = `client_id=${client.id}&client_secret=${client.secret}`;
    for (const twice of [`${more}&client_id=${client.id}`, `${more}&client_secret=${client.secret}`]) {
      expectOAuthError(await post(server, '/token', undefined, `${form}&${twice}`), 'invalid_request');
    }
  });

  it('are not lists or objects by their names', async () => {
    for (const name of [
      'username[]',
      'username[0]',
      'password[x]',
      '__proto__[x]',
      'constructor[prototype][x]',
    ]) {
      expectTokens(await sendText(`${form}&${encoded({ [name]: '1' })}`));
    }
    for (const bracketed of [
      form.replace('username=', 'username[]='),
      form.replace('password=', 'password[]='),
    ]) {
      expectOAuthError(await sendText(bracketed), 'invalid_request');
    }
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it.each(['username', 'password', 'grant_type'])('without a value count as omitted: %s', async (name) => {
    const { [name]: _, ...rest } = passwordForm(person);
    expectOAuthError(await send(server, client, { ...rest, [name]: '' }), 'invalid_request');
    expectOAuthError(await send(server, client, rest), 'invalid_request');
  });

  it('without a value count as omitted: scope gets the default', async () => {
    const answer = await send(server, client, passwordForm(person, { scope: '' }));
    expectTokens(answer);
    expect(answer.json.scope).toBe('profile account resources:read resources:write');
  });

  it('that are unknown are ignored', async () => {
    expectTokens(
      await send(server, client, passwordForm(person, { foo: 'bar', nonce: '1', __proto__x: 'y' })),
    );
  });

  it('must be there: an empty body, = and &&& have none', async () => {
    for (const body of ['', '=', '&&&']) expectOAuthError(await sendText(body), 'invalid_request');
  });
});

describe.each(SECRET_METHODS)('RFC 6749 §3.3: scope, by $method', ({ send }) => {
  const ask = (scope: string) => send(server, client, passwordForm(person, { scope }));

  it('is the registered default when none is asked for, and the answer says so', async () => {
    const narrow = await aConfidentialClient(server, { defaultScope: ['resources:read'] });
    const answer = await send(server, narrow, passwordForm(person));
    expectTokens(answer);
    expect(answer.json.scope).toBe('resources:read');
  });

  it('is needed from a client that has no default', async () => {
    const none = await aConfidentialClient(server, { defaultScope: [] });
    expectOAuthError(await send(server, none, passwordForm(person)), 'invalid_scope');
    expectTokens(await send(server, none, passwordForm(person, { scope: 'profile' })));
  });

  it('never has an administration scope by default, whoever signs in', async () => {
    const answer = await send(server, FIRST_CLIENT, passwordForm(ADMINISTRATOR));
    expectTokens(answer);
    expect(answer.json.scope).toBe('profile account resources:read resources:write');
  });

  it.each(['resources:read', 'resources:write resources:read'])(
    'says the same in the answer, the token and the introspection: %s',
    async (scope) => {
      const answer = await ask(scope);
      expectTokens(answer);
      const asked = new Set(scope.split(' '));
      expect(new Set(answer.json.scope.split(' '))).toEqual(asked);
      expect(decodeJwt(answer.json.access_token).claims.scope).toBe(answer.json.scope);
      const seen = await introspect(server, await aResourceServer(server), answer.json.access_token);
      expect(seen.json).toMatchObject({ active: true, scope: answer.json.scope });
      expect((await bearer(server, answer.json.access_token, '/userinfo')).status).toBe(403);
    },
  );

  it.each([
    ['an unknown one', 'resources:read unknown'],
    ['one that the client may not have', 'resources:read users:read'],
    ['one in another case', 'RESOURCES:READ'],
    ['a piece of one', 'resources'],
    ['the name of an inherited member', '__proto__'],
    ['constructor', 'constructor'],
  ])('is refused and never narrowed for %s', async (_, scope) => {
    expectOAuthError(await ask(scope), 'invalid_scope');
    expectTokens(await ask('resources:read'));
  });

  it('is refused when the person may not have it, and granted to one who may', async () => {
    const scope = 'profile users:read';
    expectOAuthError(await send(server, FIRST_CLIENT, passwordForm(person, { scope })), 'invalid_scope');
    const answer = await send(server, FIRST_CLIENT, passwordForm(ADMINISTRATOR, { scope }));
    expectTokens(answer);
    expect(answer.json.scope).toBe(scope);
  });

  it.each([
    'profile"',
    'profile\\',
    'é',
    'profile\tresources:read',
    'profile\nresources:read',
    'profile\u00a0resources:read',
    'profile  resources:read',
    ' profile',
    'profile ',
    ' ',
    'profile,resources:read',
    'profile\u007f',
  ])('is malformed: %j', async (scope) => {
    expectOAuthError(await ask(scope), 'invalid_scope');
  });

  it('that is repeated is granted once', async () => {
    expect((await ask('resources:read resources:read')).json.scope).toBe('resources:read');
  });
});

function encoded(parameters: Record<string, string>): string {
  return new URLSearchParams(parameters).toString();
}

/** That no line of the log has any of these. */
function expectSilent(...secrets: string[]): void {
  const log = server.logs.join('');
  expect(log).toContain('"msg":"request"');
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
}
