import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, bearer, post, signIn } from '../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../support/mothers.js';
import { answerOf, raw, rawPost } from '../support/raw.js';
import { type TestServer, startServer } from '../support/server.js';
import { expectInvalidClient, expectTokens, passwordForm } from '../support/token-endpoint.js';

let server: TestServer;
let client: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(
    server,
    {},
    { clientId: 'basic-client', secret: 'secret-of-basic-client.1' },
  );
  person = await aPerson(server);
});

afterAll(() => server.close());

/** The header exactly as it is given: nothing trims or folds it on the way. */
async function present(authorization: string) {
  const headers = ['Content-Type: application/x-www-form-urlencoded', authorization];
  return answerOf(
    await raw(server, rawPost('/token', headers, new URLSearchParams(passwordForm(person)).toString())),
  );
}

const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');

describe('RFC 7617 §2: the Basic scheme', () => {
  it.each(['Authorization: Basic', 'authorization: basic', 'AUTHORIZATION: BASIC', 'authorization: bAsIc'])(
    'is known in any case: %s',
    async (header) => {
      expectTokens(await present(`${header} ${base64(`${client.id}:${client.secret}`)}`));
    },
  );

  it('reads credentials with and without their padding', async () => {
    const encoded = basic(client).slice('Basic '.length);
    expect(encoded).toMatch(/=$/);
    expectTokens(await present(`Authorization: Basic ${encoded}`));
    expectTokens(await present(`Authorization: Basic ${encoded.replace(/=+$/, '')}`));
  });

  it.each([
    ['nothing', ''],
    ['a space', ' '],
    ['no base64', ' !!!!'],
    ['no colon', ` ${base64('foo')}`],
    ['a colon alone', ` ${base64(':')}`],
    ['an empty secret', ` ${base64('basic-client:')}`],
    ['an empty id', ` ${base64(':secret-of-basic-client.1')}`],
    ['rubbish at the end', ` ${base64('basic-client:secret-of-basic-client.1')}!`],
    ['a second set of credentials', ` ${base64('basic-client:secret-of-basic-client.1')}, Basic YTpi`],
    ['a second word', ` ${base64('basic-client:secret-of-basic-client.1')} x`],
    ['NUL at the end', ` ${base64('basic-client:secret-of-basic-client.1\0')}`],
    ['a line feed at the end', ` ${base64('basic-client:secret-of-basic-client.1\n')}`],
    ['NUL after the id', ` ${base64('basic-client\0:secret-of-basic-client.1')}`],
    ['a second colon', ` ${base64('basic-client:secret-of-basic-client.1:')}`],
    ['two spaces', `  ${base64('basic-client:secret-of-basic-client.1')}`],
    ['a tab', `\t${base64('basic-client:secret-of-basic-client.1')}`],
    ['a wrong length of padding', ` ${base64('basic-client:secret-of-basic-client.1')}====`],
    ['padding inside', ` ${base64('basic-client')}=${base64(':secret-of-basic-client.1')}`],
    ['quotation marks', ` "${base64('basic-client:secret-of-basic-client.1')}"`],
    ['what is not encoded at all', ' basic-client:secret-of-basic-client.1'],
    ['bytes that are no UTF-8', ` ${base64('basic-client:\xff\xfe')}`],
  ])('answers invalid_client to %s', async (_, credentials) => {
    expectInvalidClient(await present(`Authorization: Basic${credentials}`), 'Basic');
    expectTokens(await present(`Authorization: ${basic(client)}`));
  });

  it('refuses base64 with left-over bits, which decoders read in different ways', async () => {
    const encoded = basic(client).slice('Basic '.length);
    const [, last = '', padding = ''] = /(.)(=+)$/.exec(encoded) ?? [];
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const next = alphabet[alphabet.indexOf(last) + 1]!;
    const twin = `${encoded.slice(0, -1 - padding.length)}${next}${padding}`;
    expect(Buffer.from(twin, 'base64')).toEqual(Buffer.from(encoded, 'base64'));
    expectInvalidClient(await present(`Authorization: Basic ${twin}`), 'Basic');
  });

  it('has a challenge with a realm, and only for who tried it', async () => {
    const wrong = await post(server, '/token', { ...client, secret: 'wrong' }, passwordForm(person));
    expectInvalidClient(wrong, 'Basic');
    for (const other of ['Digest username="basic-client"', 'Negotiate YII=', 'Token x', 'Basics YTpi', 'x']) {
      expectInvalidClient(await present(`Authorization: ${other}`), 'ClientSecret');
    }
  });

  it('is the only scheme at the token endpoint: an access token is none', async () => {
    const { access_token: token } = (await signIn(server, client, person)).json;
    expectInvalidClient(await present(`Authorization: Bearer ${token}`), 'ClientSecret');
    expect((await bearer(server, token, '/api/resources')).status).toBe(200);
  });
});
