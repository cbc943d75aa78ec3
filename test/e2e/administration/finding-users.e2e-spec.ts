import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf, expectRefusedMembers } from '../../support/administration.js';
import { type TestPerson, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

let server: TestServer;
let admin: Administration;
let ids: Record<string, string>;

beforeAll(async () => {
  server = await startServer();
  admin = await administrationOf(server);
  const people: Record<string, Promise<TestPerson>> = {
    zoe: aPerson(server, { username: 'Zoë.Straße', name: 'Zoë Maier', email: 'Zoe@Example.com' }),
    zora: aPerson(server, { username: 'zora', roles: ['clerk', 'auditor'], status: 'disabled' }),
    yves: aPerson(server, { username: 'yves', name: 'Zorro', roles: ['clerk'] }),
    xena: aPerson(server, { username: 'xena', email: 'zorbas@example.com', roles: ['auditor'] }),
    percent: aPerson(server, { username: '100%_sure', name: 'back\\slash' }),
  };
  ids = {};
  for (const [key, person] of Object.entries(people)) ids[key] = (await person).sub;
});

afterAll(() => server.close());

/** Who is found, by the names above, in no order. */
async function found(query: string): Promise<string[]> {
  const { status, json } = await admin('GET', `/admin/users?limit=100&${query}`);
  expect(status).toBe(200);
  const names = Object.entries(ids);
  return json.items
    .map(
      ({ id, username }: { id: string; username: string }) =>
        names.find(([, sub]) => sub === id)?.[0] ?? username,
    )
    .toSorted();
}

describe('GET /admin/users', () => {
  it.each([
    ['the whole username', 'username=zora', ['zora']],
    ['the username in another case and form', `username=${encodeURIComponent('ZOE\u0308.STRASSE')}`, ['zoe']],
    ['no part of a username', 'username=zor', []],
    ['the e-mail address in any case', 'email=zoe@EXAMPLE.com', ['zoe']],
    ['no part of an e-mail address', 'email=zoe', []],
    ['what username, name or e-mail address begin with', 'q=ZOR', ['xena', 'yves', 'zora']],
    ['no middle of a name', 'q=maier', []],
    ['a percent sign and an underscore as they are', `q=${encodeURIComponent('100%_')}`, ['percent']],
    ['no underscore for another character', 'q=_ora', []],
    ['a backslash as it is', `q=${encodeURIComponent('back\\s')}`, ['percent']],
    ['the status', 'status=disabled', ['zora']],
    ['a role among others', 'role=auditor', ['xena', 'zora']],
    ['no role that begins with the text', 'role=cler', []],
    ['all conditions at once', 'q=zor&role=clerk&status=active', ['yves']],
    ['conditions that exclude each other', 'username=zora&email=zoe@example.com', []],
  ])('finds by %s', async (_, query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  it('finds by what a user is called after a change', async () => {
    const { sub } = await aPerson(server, { name: 'Ottokar Before', email: 'before@example.com' });
    await admin('PATCH', `/admin/users/${sub}`, { name: 'Wanda After', email: null });
    expect((await admin('GET', '/admin/users?q=wanda')).json.items).toMatchObject([{ id: sub }]);
    expect((await admin('GET', '/admin/users?q=ottokar')).json.items).toEqual([]);
    expect((await admin('GET', '/admin/users?email=before@example.com')).json.items).toEqual([]);
  });

  it('continues a list of the same conditions with a cursor', async () => {
    const first = (await admin('GET', '/admin/users?q=zor&limit=2')).json;
    const second = (await admin('GET', `/admin/users?q=zor&limit=2&cursor=${first.next_cursor}`)).json;
    const seen = [...first.items, ...second.items].map(({ id }: { id: string }) => id);
    expect(seen).toHaveLength(3);
    expect(new Set(seen)).toEqual(new Set([ids.zora, ids.yves, ids.xena]));
    expect(second.next_cursor).toBeNull();
  });

  it.each([
    ['name=zora', 'name'],
    ['username=', 'username'],
    ['username=a&username=b', 'username'],
    ['email=%00', 'email'],
    [`q=${'x'.repeat(255)}`, 'q'],
    ['status=gone', 'status'],
    ['role=a%20b', 'role'],
    ['q[a]=b', 'q[a]'],
  ])('refuses ?%s and names the parameter', async (query, parameter) => {
    expectRefusedMembers(await admin('GET', `/admin/users?${query}`), parameter);
  });
});
