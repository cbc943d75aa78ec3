import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf, expectRefusedMembers } from '../../support/administration.js';
import { bearer, call, signIn } from '../../support/http.js';
import { PASSWORD, type TestClient, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../../support/server.js';
import { expectTokens } from '../../support/token-endpoint.js';
import { expectOAuthError, statusOfControlCharacter } from '../../support/verdicts.js';

const NOBODY = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10';

let server: TestServer;
let admin: Administration;
let client: TestClient;

beforeAll(async () => {
  server = await startServer();
  admin = await administrationOf(server);
  client = await aConfidentialClient(server);
});

afterAll(() => server.close());

describe('POST /admin/users', () => {
  it('creates a person who can sign in', async () => {
    const members = {
      username: 'alice',
      name: 'Alice Example',
      email: 'alice@example.com',
      email_verified: true,
      roles: ['clerk'],
      attributes: { department: 'Freight', level: 3, temporary: false, sites: ['Basel', 'Brno'] },
    };
    const created = await admin('POST', '/admin/users', { ...members, password: PASSWORD });
    expect(created.status).toBe(201);
    const { id, created_at, updated_at, ...rest } = created.json;
    expect(rest).toEqual({ ...members, status: 'active' });
    expect([id, created_at, updated_at]).toEqual([
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      expect.stringMatching(/Z$/),
      created_at,
    ]);
    expect(created.headers.get('Location')).toBe(`/admin/users/${id}`);
    expect((await admin('GET', `/admin/users/${id}`)).json).toEqual(created.json);
    expectTokens(await signIn(server, client, { username: 'alice', password: PASSWORD }));
  });

  it('creates a person without a password, who cannot sign in with any', async () => {
    const { status, json } = await admin('POST', '/admin/users', { username: 'no-password' });
    expect(status).toBe(201);
    expect(json).toMatchObject({ name: null, roles: [], attributes: {} });
    for (const password of ['null', 'undefined', ' ', PASSWORD]) {
      expectOAuthError(await signIn(server, client, { username: 'no-password', password }), 'invalid_grant');
    }
  });

  it.each([
    ['14 characters', 'kqzvxwjpfmhtgo', /at least 15/],
    ['one of the most common', 'passwordpassword', /too easy to guess/],
    ['a common one with separators', 'I love you so much!', /too easy to guess/],
    ['one character repeated', 'aaaaaaaaaaaaaaa', /too easy to guess/],
    ['the username', 'wolfeschlegelstein', /username/],
    ['the username in another case', 'WolfeSchlegelStein', /username/],
  ])('refuses a password that is %s, with the reason', async (_, password, reason) => {
    const refused = await admin('POST', '/admin/users', { username: 'wolfeschlegelstein', password });
    expectRefusedMembers(refused, 'password');
    expect(refused.json.errors[0].detail).toMatch(reason);
  });

  it.each([
    ['the name', { name: 'Wolfe Schlegelstein' }, 'schlegelstein-wolfe-1987'],
    ['the e-mail address', { email: 'wolfe.schlegelstein@example.com' }, 'wolfe.schlegelstein@example.com'],
    ['the name of this service', {}, 'grantway-password-1'],
  ])('refuses a password that is made of %s', async (_, members, password) => {
    const refused = await admin('POST', '/admin/users', { username: 'made-of', ...members, password });
    expectRefusedMembers(refused, 'password');
    expect(refused.json.errors[0].detail).toMatch(/the name of this service. Three or four unrelated words/);
  });

  it('keeps attributes whose names every object inherits', async () => {
    const attributes = { constructor: 'Acme', prototype: ['x'], toString: 1, hasOwnProperty: true };
    const { status, json } = await admin('POST', '/admin/users', { username: 'inheritor', attributes });
    expect(status).toBe(201);
    expect((await admin('GET', `/admin/users/${json.id}`)).json.attributes).toEqual(attributes);
    const changed = { attributes: { constructor: 'Other' } };
    expect((await admin('PATCH', `/admin/users/${json.id}`, changed)).json).toMatchObject(changed);
    for (const member of ['username', 'roles', 'attributes', 'password']) {
      const body = { username: 'inheritor-2', [member]: [{ constructor: 1 }] };
      expectRefusedMembers(await admin('POST', '/admin/users', body), member);
    }
  });

  it('has no rule of composition', async () => {
    for (const password of [
      'correct horse battery',
      'walrus lantern copper',
      'kqzvxwjpfmhtgobn',
      'ты видел синий трактор',
    ]) {
      const created = await admin('POST', '/admin/users', {
        username: `plain-${password.length}${password[0]}`.replace(/[^\w-]/g, 'x'),
        password,
      });
      expect({ password, status: created.status }).toEqual({ password, status: 201 });
    }
  });

  it.each([
    ['an unknown member', { id: NOBODY }, 'id'],
    ['a camel-case spelling', { emailVerified: true }, 'emailVerified'],
    ['a subject', { sub: NOBODY }, 'sub'],
    ['a creation time', { created_at: '2020-01-01T00:00:00Z' }, 'created_at'],
    ['a name with a line feed', { name: 'a\nb' }, 'name'],
    ['a name with NUL', { name: 'a\0b' }, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a name in a list', { name: ['a'] }, 'name'],
    ['an address without a domain', { email: 'alice' }, 'email'],
    ['an address with a control character', { email: '"a\u0001b"@example.com' }, 'email'],
    ['an address with a line feed', { email: '"a\nb"@example.com' }, 'email'],
    ['two addresses', { email: 'a@example.com, b@example.com' }, 'email'],
    ['email_verified in a string', { email_verified: 'true' }, 'email_verified'],
    ['null roles', { roles: null }, 'roles'],
    ['roles in a string', { roles: 'admin' }, 'roles'],
    ['a role with a space', { roles: ['ad min'] }, 'roles'],
    ['33 roles', { roles: Array.from({ length: 33 }, (_, i) => `r${i}`) }, 'roles'],
    ['attributes in a list', { attributes: ['department'] }, 'attributes'],
    ['null attributes', { attributes: null }, 'attributes'],
    ['an attribute without a value', { attributes: { department: null } }, 'attributes'],
    ['an object in an attribute', { attributes: { department: { name: 'x' } } }, 'attributes'],
    ['an attribute with a space in its name', { attributes: { 'cost centre': 1 } }, 'attributes'],
    ['an attribute with NUL', { attributes: { department: 'a\0b' } }, 'attributes'],
    ['an attribute of 257 characters', { attributes: { note: 'x'.repeat(257) } }, 'attributes'],
    [
      '33 attributes',
      { attributes: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`a${i}`, i])) },
      'attributes',
    ],
    ['an unknown status', { status: 'locked' }, 'status'],
    ['a null password', { password: null }, 'password'],
    ['a password that is a number', { password: 123456789012345 }, 'password'],
    ['a username that is no text', { username: ['alice'] }, 'username'],
    ['a null username', { username: null }, 'username'],
  ])('refuses %s by name', async (_, members, member) => {
    const body = { username: 'refused', ...members };
    expectRefusedMembers(await admin('POST', '/admin/users', body), member);
    expectOAuthError(
      await signIn(server, client, { username: 'refused', password: PASSWORD }),
      'invalid_grant',
    );
  });

  it('refuses a body that is no object, or none', async () => {
    for (const body of [undefined, null, [], 'alice', 1, [{ username: 'x' }]]) {
      const refused = await admin('POST', '/admin/users', body);
      expect({ body, status: refused.status }).toEqual({ body, status: 400 });
    }
  });

  it('answers 409 for a username that is taken, in any case', async () => {
    await aPerson(server, { username: 'bertha' });
    for (const username of ['bertha', 'BERTHA']) {
      const again = await admin('POST', '/admin/users', { username, password: PASSWORD });
      expect(again).toMatchObject({ status: 409, json: { title: 'Conflict' } });
    }
  });

  it('lets one of many simultaneous requests for a username win', async () => {
    const requests = Array.from({ length: 8 }, () =>
      admin('POST', '/admin/users', { username: 'contested' }),
    );
    const statuses = (await Promise.all(requests)).map(({ status }) => status).toSorted();
    expect(statuses).toEqual([201, ...Array(7).fill(409)]);
  });
});

describe('GET /admin/users', () => {
  it('lists everyone once, newest first, page by page', async () => {
    const made = [];
    for (let i = 0; i < 5; i++) made.push((await aPerson(server)).sub);
    const seen: string[] = [];
    let query = '?limit=2';
    for (let page = 0; page < 100; page++) {
      const { status, json } = await admin('GET', `/admin/users${query}`);
      expect(status).toBe(200);
      expect(Object.keys(json).toSorted()).toEqual(['items', 'next_cursor']);
      seen.push(...json.items.map(({ id }: { id: string }) => id));
      if (json.next_cursor === null) break;
      expect(json.items).toHaveLength(2);
      query = `?limit=2&cursor=${json.next_cursor}`;
    }
    expect(seen.slice(0, 5)).toEqual(made.toReversed());
    expect(new Set(seen).size).toBe(seen.length);
    const all = await admin('GET', '/admin/users?limit=100');
    expect(all.json.items.map(({ id }: { id: string }) => id)).toEqual(seen);
  });

  it('never shows a password, a hash or what else is kept', async () => {
    const { json } = await admin('GET', '/admin/users?limit=100');
    const members = [
      'id',
      'username',
      'name',
      'email',
      'email_verified',
      'roles',
      'attributes',
      'status',
      'created_at',
      'updated_at',
    ];
    for (const item of json.items) expect(Object.keys(item).toSorted()).toEqual(members.toSorted());
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1.5',
    'limit=-1',
    'cursor=x',
    'cursor=',
    'page=2',
    'limit=1&limit=2',
  ])('refuses ?%s', async (query) => {
    expect((await admin('GET', `/admin/users?${query}`)).status).toBe(400);
  });
});

it('says of a parameter that is there twice that it must be given once', async () => {
  expectRefusedMembers(await admin('GET', '/admin/users?q=a&q=b&limit=1&limit=2'), 'q', 'limit');
  expect((await admin('GET', '/admin/users?q=a&q=b')).json.errors[0].detail).toBe('must be given once');
});

describe('/admin/users/{id}', () => {
  it.each(['GET', 'PATCH', 'DELETE'])(
    'answers 404 to %s for anything that is nobody’s id',
    async (method) => {
      const body = method === 'PATCH' ? { name: 'Nobody' } : undefined;
      for (const id of [NOBODY, NOBODY.toUpperCase(), 'alice', '1', "'", 'null', client.id]) {
        const missing = await admin(method, `/admin/users/${id}`, body);
        expect({ id, status: missing.status }).toEqual({ id, status: 404 });
      }
      const control = await admin(method, '/admin/users/%00', body);
      expect(control.status).toBe(statusOfControlCharacter(server));
    },
  );

  it('takes a change without a body for one that names nothing', async () => {
    const { sub } = await aPerson(server, { name: 'Same' });
    expect((await admin('PATCH', `/admin/users/${sub}`)).json).toMatchObject({
      name: 'Same',
      status: 'active',
    });
  });

  it('changes what is named and leaves the rest', async () => {
    const { sub, ...person } = await aPerson(server, {
      name: 'Before',
      email: 'a@example.com',
      roles: ['clerk'],
    });
    const path = `/admin/users/${sub}`;
    const before = (await admin('GET', path)).json;
    server.clock.advance(1);
    const changed = await admin('PATCH', path, { name: 'After' });
    expect(changed.status).toBe(200);
    const { updated_at, ...rest } = changed.json;
    expect(rest).toEqual({ ...rest, ...before, name: 'After', updated_at: undefined });
    expect(Date.parse(updated_at)).toBeGreaterThan(Date.parse(before.updated_at));
    expect((await admin('PATCH', path, { name: null, email: null })).json).toMatchObject({
      name: null,
      email: null,
      roles: ['clerk'],
    });
    expect((await admin('PATCH', path, {})).status).toBe(200);
    expectTokens(await signIn(server, client, person));
  });

  it('replaces the attributes whole', async () => {
    const { sub } = await aPerson(server, { name: 'Kept', attributes: { department: 'Freight', level: 3 } });
    const path = `/admin/users/${sub}`;
    const changed = await admin('PATCH', path, { attributes: { department: 'Customs' } });
    expect(changed.json).toMatchObject({ name: 'Kept', attributes: { department: 'Customs' } });
    expect(changed.json.attributes).not.toHaveProperty('level');
    expect((await admin('PATCH', path, { name: 'Renamed' })).json.attributes).toEqual({
      department: 'Customs',
    });
    expect((await admin('PATCH', path, { attributes: {} })).json.attributes).toEqual({});
    expect((await admin('GET', path)).json.attributes).toEqual({});
  });

  it('takes no __proto__ for an attribute, and no number beyond all bounds', async () => {
    const { sub } = await aPerson(server, { attributes: { department: 'Freight' } });
    const { json } = await signIn(server, FIRST_CLIENT, ADMINISTRATOR, 'users:write');
    for (const attributes of ['{"__proto__":"x"}', '{"__proto__":{"admin":true}}', '{"level":1e400}']) {
      const refused = await call(server, `/admin/users/${sub}`, {
        method: 'PATCH',
        headers: { Authorization: `Bearer ${json.access_token}`, 'Content-Type': 'application/json' },
        body: `{"attributes":${attributes}}`,
      });
      expect({ attributes, status: refused.status }).toEqual({ attributes, status: 400 });
    }
    expect((await admin('GET', `/admin/users/${sub}`)).json.attributes).toEqual({ department: 'Freight' });
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it.each([
    ['another username', { username: 'other' }, 'username'],
    ['another id', { id: NOBODY }, 'id'],
    ['a hash', { password_hash: '$2b$10$x' }, 'password_hash'],
    ['an inherited member', { toString: 'x' }, 'toString'],
    ['another inherited member', { hasOwnProperty: 'x' }, 'hasOwnProperty'],
    ['an unknown member', { isActive: true }, 'isActive'],
    ['a null status', { status: null }, 'status'],
    ['null attributes', { attributes: null }, 'attributes'],
    ['an attribute to remove', { attributes: { department: null } }, 'attributes'],
    ['a null password', { password: null }, 'password'],
    ['a weak password', { password: 'passwordpassword' }, 'password'],
  ])('refuses to change a person by %s, and changes nothing', async (_, members, member) => {
    const { sub, ...person } = await aPerson(server);
    const path = `/admin/users/${sub}`;
    const before = (await admin('GET', path)).json;
    expectRefusedMembers(await admin('PATCH', path, { name: 'Changed', ...members }), member);
    expect((await admin('GET', path)).json).toEqual(before);
    expectTokens(await signIn(server, client, person));
  });

  it('refuses a change that is no object', async () => {
    const { sub } = await aPerson(server);
    for (const body of [null, [], 'x', 1, true]) {
      const refused = await admin('PATCH', `/admin/users/${sub}`, body);
      expect({ body, status: refused.status }).toEqual({ body, status: 400 });
    }
  });

  it('takes JSON and nothing else', async () => {
    const { sub } = await aPerson(server);
    const { json } = await signIn(server, FIRST_CLIENT, ADMINISTRATOR, 'users:write');
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/jsonx']) {
      const answer = await call(server, `/admin/users/${sub}`, {
        method: 'PATCH',
        headers: { Authorization: `Bearer ${json.access_token}`, 'Content-Type': type },
        body: '{"status":"disabled"}',
      });
      expect({ type, status: answer.status }).toEqual({ type, status: 415 });
    }
    expect((await admin('GET', `/admin/users/${sub}`)).json.status).toBe('active');
  });

  it('resets a password: the old one ends, the new one works', async () => {
    const { sub, ...person } = await aPerson(server);
    const changed = await admin('PATCH', `/admin/users/${sub}`, { password: 'eleven calm rivers bending' });
    expect(changed.status).toBe(200);
    expect(changed.text).not.toContain('eleven');
    expectOAuthError(await signIn(server, client, person), 'invalid_grant');
    expectTokens(await signIn(server, client, { ...person, password: 'eleven calm rivers bending' }));
  });

  it('refuses a password that is made of a name or an address of before or after the same change', async () => {
    const { sub } = await aPerson(server, { name: 'Konstanze Adelsbacher' });
    const newName = { name: 'Ottokar Wunderlich', email: 'ottokar.wunderlich@example.com' };
    for (const password of [
      'konstanze-adelsbacher',
      'ottokar-wunderlich-1',
      'ottokar.wunderlich@example.com',
    ]) {
      const refused = await admin('PATCH', `/admin/users/${sub}`, { ...newName, password });
      expectRefusedMembers(refused, 'password');
    }
    const { json } = await admin('GET', `/admin/users/${sub}`);
    expect(json.name).toBe('Konstanze Adelsbacher');
  });

  it('disables a person and enables the person again, with the same password', async () => {
    const { sub, ...person } = await aPerson(server);
    await admin('PATCH', `/admin/users/${sub}`, { status: 'disabled' });
    expectOAuthError(await signIn(server, client, person), 'invalid_grant');
    await admin('PATCH', `/admin/users/${sub}`, { status: 'active' });
    expectTokens(await signIn(server, client, person));
  });

  it('deletes a person for good; the username is free and its next holder is another subject', async () => {
    const person = await aPerson(server, { username: 'gone' });
    const deleted = await admin('DELETE', `/admin/users/${person.sub}`);
    expect(deleted).toMatchObject({ status: 204, text: '' });
    expect((await admin('GET', `/admin/users/${person.sub}`)).status).toBe(404);
    expect((await admin('DELETE', `/admin/users/${person.sub}`)).status).toBe(404);
    const next = await aPerson(server, { username: 'gone' });
    expect(next.sub).not.toBe(person.sub);
    expectTokens(await signIn(server, client, next));
  });
});

describe('the last active administrator', () => {
  it('cannot be disabled, demoted or deleted, until there is another one', async () => {
    const { json } = await admin('GET', '/admin/users?limit=100');
    const root = json.items.find(({ username }: { username: string }) => username === ADMINISTRATOR.username);
    const path = `/admin/users/${root.id}`;
    await aPerson(server, { roles: ['admin'], status: 'disabled' });
    const attempts: [string, unknown?][] = [
      ['PATCH', { status: 'disabled' }],
      ['PATCH', { roles: [] }],
      ['PATCH', { roles: ['Admin'] }],
      ['DELETE'],
    ];
    for (const [method, body] of attempts) {
      const refused = await admin(method, path, body);
      expect(refused).toMatchObject({ status: 409, json: { title: 'Conflict' } });
    }
    expect((await admin('GET', path)).json).toMatchObject({ status: 'active', roles: ['admin'] });

    const second = await aPerson(server, { roles: ['admin'] });
    expect((await admin('PATCH', path, { roles: ['admin', 'clerk'] })).status).toBe(200);
    expect((await admin('DELETE', `/admin/users/${second.sub}`)).status).toBe(204);
    expect((await admin('PATCH', path, { status: 'disabled' })).status).toBe(409);
  });

  it('is left over when two administrators are demoted at once', async () => {
    const other = await startServer();
    try {
      const both = await administrationOf(other);
      const [root] = (await both('GET', '/admin/users')).json.items;
      const second = await aPerson(other, { roles: ['admin'] });
      const { json } = await signIn(other, FIRST_CLIENT, second, 'users:write users:read');
      const demotions = await Promise.all([
        both('PATCH', `/admin/users/${second.sub}`, { roles: [] }),
        bearer(other, json.access_token, `/admin/users/${root.id}`, { method: 'PATCH', body: { roles: [] } }),
      ]);
      const statuses = demotions.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(1);
      const token = statuses[0] === 200 ? both : undefined;
      const list = token
        ? await token('GET', '/admin/users')
        : await bearer(other, json.access_token, '/admin/users');
      const left = list.json.items.filter(({ roles }: { roles: string[] }) => roles.includes('admin'));
      expect(left).toHaveLength(1);
    } finally {
      await other.close();
    }
  });
});
