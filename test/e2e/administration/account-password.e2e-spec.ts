import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectRefusedMembers } from '../../support/administration.js';
import { type Answer, bearer, call, post, refresh, signIn } from '../../support/http.js';
import {
  PASSWORD,
  type TestClient,
  type TestPerson,
  aConfidentialClient,
  aPerson,
} from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { expectTokens, watchHashing } from '../../support/token-endpoint.js';
import { aResourceServer, expectAccepted, expectOAuthError, expectRefused } from '../../support/verdicts.js';

const NEW_PASSWORD = 'eleven calm rivers bending';

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

const change = (token: string, body: unknown): Promise<Answer> =>
  bearer(server, token, '/account/password', { method: 'POST', body });

describe('POST /account/password', () => {
  it('changes the password and ends every session of the person, the asking one included', async () => {
    const resourceServer = await aResourceServer(server);
    const elsewhere = await aConfidentialClient(server);
    const owner = await aPerson(server);
    const asking = (await signIn(server, client, owner)).json;
    const other = (await signIn(server, elsewhere, owner)).json;
    const bystander = (await signIn(server, client, person)).json;

    const changed = await change(asking.access_token, {
      current_password: owner.password,
      new_password: NEW_PASSWORD,
    });
    expect(changed).toMatchObject({ status: 204, text: '' });

    for (const [at, tokens] of [
      [client, asking],
      [elsewhere, other],
    ] as const) {
      await expectRefused(server, resourceServer, tokens.access_token);
      expectOAuthError(await refresh(server, at, tokens.refresh_token), 'invalid_grant');
    }
    expectOAuthError(await signIn(server, client, owner), 'invalid_grant');
    const again = await signIn(server, client, { ...owner, password: NEW_PASSWORD });
    expectTokens(again);
    await expectAccepted(server, resourceServer, again.json.access_token);
    await expectAccepted(server, resourceServer, bystander.access_token);
    expectTokens(await refresh(server, client, bystander.refresh_token));
    const log = server.logs.join('');
    expect([PASSWORD, NEW_PASSWORD].filter((password) => log.includes(password))).toEqual([]);
  });

  it('refuses a wrong current password by name, and changes nothing', async () => {
    const { access_token: token } = (await signIn(server, client, person)).json;
    for (const current_password of [
      'a wrong password 1',
      PASSWORD.toUpperCase(),
      `${PASSWORD} `,
      '',
      'x'.repeat(5000),
    ]) {
      const refused = await change(token, { current_password, new_password: NEW_PASSWORD });
      expectRefusedMembers(refused, 'current_password');
    }
    expectOAuthError(await signIn(server, client, { ...person, password: NEW_PASSWORD }), 'invalid_grant');
    expectTokens(await signIn(server, client, person));
    expect((await bearer(server, token, '/api/resources')).status).toBe(200);
  });

  it('says the same of a wrong current password, whatever the new one is like', async () => {
    const { access_token: token } = (await signIn(server, client, person)).json;
    const refused = await change(token, { current_password: 'a wrong password 1', new_password: 'short' });
    expectRefusedMembers(refused, 'current_password');
  });

  it.each([
    ['14 characters', 'kqzvxwjpfmhtgo', /at least 15/],
    ['1,025 characters', 'ab c-'.repeat(205), /at most 1024/],
    ['a most common one', 'qwerty123456789', /too easy to guess/],
    ['a common one with separators', 'i-love-you-so-much', /too easy to guess/],
    ['one with a line feed', 'eleven calm\nrivers bending', /control characters/],
  ])('refuses a new password of %s, with the reason', async (_, new_password, reason) => {
    const { access_token: token } = (await signIn(server, client, person)).json;
    const refused = await change(token, { current_password: person.password, new_password });
    expectRefusedMembers(refused, 'new_password');
    expect(refused.json.errors[0].detail).toMatch(reason);
    expect(refused.text).not.toContain(new_password.slice(0, 12));
    expectTokens(await signIn(server, client, person));
  });

  it('refuses the username for a new password', async () => {
    const owner = await aPerson(server, { username: 'wolfeschlegelstein' });
    const { access_token: token } = (await signIn(server, client, owner)).json;
    const refused = await change(token, {
      current_password: owner.password,
      new_password: 'WolfeSchlegelstein',
    });
    expectRefusedMembers(refused, 'new_password');
    expect(refused.json.errors[0].detail).toMatch(/username/);
  });

  it('refuses the name and the e-mail address for a new password', async () => {
    const owner = await aPerson(server, { name: 'Ottokar Wunderlich', email: 'o.wunderlich@example.com' });
    const { access_token: token } = (await signIn(server, client, owner)).json;
    for (const new_password of ['ottokar-wunderlich-1', 'o.wunderlich@example.com']) {
      const refused = await change(token, { current_password: owner.password, new_password });
      expectRefusedMembers(refused, 'new_password');
    }
  });

  it.each([
    ['nothing', undefined, ['current_password', 'new_password']],
    ['no current password', { new_password: NEW_PASSWORD }, ['current_password']],
    ['no new password', { current_password: PASSWORD }, ['new_password']],
    [
      'null for the current password',
      { current_password: null, new_password: NEW_PASSWORD },
      ['current_password'],
    ],
    ['a list', { current_password: [PASSWORD], new_password: NEW_PASSWORD }, ['current_password']],
    [
      'an unknown member',
      { current_password: PASSWORD, new_password: NEW_PASSWORD, username: 'root' },
      ['username'],
    ],
    ['another person', { current_password: PASSWORD, new_password: NEW_PASSWORD, sub: 'x' }, ['sub']],
  ])('refuses %s by name, and hashes nothing', async (_, body, members) => {
    const { access_token: token } = (await signIn(server, client, person)).json;
    const hashing = watchHashing(server);
    expectRefusedMembers(await change(token, body), ...members);
    expect(hashing).not.toHaveBeenCalled();
  });

  it('is for a person with the scope account alone', async () => {
    const body = { current_password: person.password, new_password: NEW_PASSWORD };
    const { access_token: narrow } = (await signIn(server, client, person, 'profile resources:read')).json;
    expect((await change(narrow, body)).status).toBe(403);
    const own = await post(server, '/token', client, { grant_type: 'client_credentials' });
    expect((await change(own.json.access_token, body)).status).toBe(403);
    expect((await call(server, '/account/password', { method: 'POST' })).status).toBe(401);
    expectTokens(await signIn(server, client, person));
  });

  it('takes the current password in either normalisation form, and keeps the new one as it is compared', async () => {
    const owner = await aPerson(server, { password: 'pässwörd-15chars'.normalize('NFC') });
    const { access_token: token } = (await signIn(server, client, owner)).json;
    const changed = await change(token, {
      current_password: owner.password.normalize('NFD'),
      new_password: ' à-la-récherche du ﬁl '.normalize('NFD'),
    });
    expect(changed.status).toBe(204);
    const again = { ...owner, password: ' à-la-récherche du ﬁl '.normalize('NFC') };
    expectTokens(await signIn(server, client, again));
    expectOAuthError(
      await signIn(server, client, { ...again, password: again.password.trim() }),
      'invalid_grant',
    );
  });

  it('lets one of two simultaneous changes win', async () => {
    const owner = await aPerson(server);
    const tokens = [await signIn(server, client, owner), await signIn(server, client, owner)];
    const wishes = ['first new password, plain', 'second new password, plain'];
    const answers = await Promise.all(
      wishes.map((new_password, i) =>
        change(tokens[i]!.json.access_token, { current_password: owner.password, new_password }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    const won = statuses.indexOf(204);
    expectTokens(await signIn(server, client, { ...owner, password: wishes[won]! }));
    expectOAuthError(await signIn(server, client, { ...owner, password: wishes[1 - won]! }), 'invalid_grant');
    expectOAuthError(await signIn(server, client, owner), 'invalid_grant');
  });
});
