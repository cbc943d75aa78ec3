import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, bearer, call, post, refresh, signIn } from '../../support/http.js';
import { decodeJwt } from '../../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../../support/server.js';
import { aResourceServer, expectAccepted, expectOAuthError, expectRefused } from '../../support/verdicts.js';

const SESSIONS = '/admin/sessions';

let server: TestServer;
let client: TestClient;
let resourceServer: TestClient;
/** An administrator's access token that may read and end sessions. */
let administrator: string;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
  resourceServer = await aResourceServer(server);
  administrator = await asAdministrator('sessions:read sessions:write');
});

afterAll(() => server?.close());

async function asAdministrator(scope: string): Promise<string> {
  return (await signIn(server, FIRST_CLIENT, ADMINISTRATOR, scope)).json.access_token;
}

function list(query = '', token = administrator): Promise<Answer> {
  return bearer(server, token, `${SESSIONS}${query}`);
}

function end(id: string, token = administrator): Promise<Answer> {
  return bearer(server, token, `${SESSIONS}/${id}`, { method: 'DELETE' });
}

describe('an administrator', () => {
  it('sees everyone’s sessions with their person, newest first, and no client’s own', async () => {
    const alice = await aPerson(server);
    const bob = await aPerson(server);
    const first = (await signIn(server, client, alice)).json;
    server.clock.advance(1);
    const second = (await signIn(server, client, bob)).json;
    const own = (await post(server, '/token', client, { grant_type: 'client_credentials' })).json;
    const { status, json } = await list('?limit=2');
    expect(status).toBe(200);
    expect(json.items).toMatchObject([
      {
        id: decodeJwt(second.access_token).claims.sid,
        sub: bob.sub,
        username: bob.username,
        client_id: client.id,
      },
      {
        id: decodeJwt(first.access_token).claims.sid,
        sub: alice.sub,
        username: alice.username,
        client_id: client.id,
      },
    ]);
    expect(Object.keys(json.items[0]).toSorted()).toEqual(
      [
        'client_id',
        'created_at',
        'expires_at',
        'id',
        'ip',
        'last_used_at',
        'scope',
        'sub',
        'user_agent',
        'username',
      ].toSorted(),
    );
    const everything = (await list('?limit=100')).json.items as { id: string }[];
    expect(everything.map(({ id }) => id)).not.toContain(decodeJwt(own.access_token).claims.sid);
  });

  it('finds sessions by user, by client and by both, page by page', async () => {
    const other = await aConfidentialClient(server);
    const alice = await aPerson(server);
    const bob = await aPerson(server);
    const sidOf = async (at: TestClient, person: TestPerson): Promise<string> =>
      decodeJwt((await signIn(server, at, person)).json.access_token).claims.sid;
    const [first, second] = [await sidOf(other, alice), await sidOf(client, alice)];
    const [third, fourth] = [await sidOf(other, bob), await sidOf(other, alice)];
    await post(server, '/token', other, { grant_type: 'client_credentials' });
    const found = async (query: string): Promise<string[]> =>
      (await list(query)).json.items.map(({ id }: { id: string }) => id);
    expect(await found(`?sub=${alice.sub}`)).toEqual([fourth, second, first]);
    expect(await found(`?client_id=${other.id}`)).toEqual([fourth, third, first]);
    expect(await found(`?client_id=${other.id}&sub=${alice.sub}`)).toEqual([fourth, first]);
    const { next_cursor } = (await list(`?client_id=${other.id}&limit=2`)).json;
    expect(await found(`?client_id=${other.id}&limit=2&cursor=${next_cursor}`)).toEqual([first]);
    expect(await found('?sub=nobody')).toEqual([]);
  });

  it('reads all pages without gaps or repeats', async () => {
    const person = await aPerson(server);
    for (let count = 0; count < 3; count += 1) await signIn(server, client, person);
    const all = ((await list('?limit=100')).json.items as { id: string }[]).map(({ id }) => id);
    const paged: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; page < 100 && cursor !== null; page += 1) {
      const { json } = await list(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paged.push(...json.items.map(({ id }: { id: string }) => id));
      cursor = json.next_cursor;
    }
    expect(paged).toEqual(all);
    expect(all.length).toBeGreaterThan(3);
  });

  it('ends any session, with its tokens, and no other one of the same person', async () => {
    const alice = await aPerson(server);
    const stolen = (await signIn(server, client, alice)).json;
    const other = (await signIn(server, client, alice)).json;
    const { sid } = decodeJwt(stolen.access_token).claims;
    expect(await end(sid)).toMatchObject({ status: 204, text: '' });
    await expectRefused(server, resourceServer, stolen.access_token);
    expectOAuthError(await refresh(server, client, stolen.refresh_token), 'invalid_grant');
    await expectAccepted(server, resourceServer, other.access_token);
    expect((await end(sid)).status).toBe(404);
    expect((await refresh(server, client, other.refresh_token)).status).toBe(200);
  });

  it.each(['x', '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10', '%00', '*'])('gets 404 for %s', async (id) => {
    expect((await end(id)).status).toBe(404);
  });

  it.each(['limit=0', 'limit=101', 'cursor=x', 'user=x', 'sub=', 'client_id=a&client_id=b'])(
    'gets 400 for ?%s',
    async (query) => {
      expect((await list(`?${query}`)).status).toBe(400);
    },
  );
});

describe('who administers sessions', () => {
  it('needs sessions:read to see and sessions:write to end', async () => {
    const alice = (await signIn(server, client, await aPerson(server))).json;
    const { sid } = decodeJwt(alice.access_token).claims;
    const reader = await asAdministrator('sessions:read');
    const writer = await asAdministrator('sessions:write');
    expect((await end(sid, reader)).status).toBe(403);
    expect((await list('', writer)).status).toBe(403);
    await expectAccepted(server, resourceServer, alice.access_token);
    expect((await list('', reader)).status).toBe(200);
    expect((await end(sid, writer)).status).toBe(204);
  });

  it('is no person without the role, no client by itself, and nobody without a token', async () => {
    const alice = (await signIn(server, client, await aPerson(server))).json;
    const { sid } = decodeJwt(alice.access_token).claims;
    const own = (
      await post(server, '/token', FIRST_CLIENT, {
        grant_type: 'client_credentials',
        scope: 'resources:read',
      })
    ).json;
    for (const token of [alice.access_token, own.access_token]) {
      expect((await list('', token)).status).toBe(403);
      expect((await end(sid, token)).status).toBe(403);
    }
    expect((await call(server, SESSIONS)).status).toBe(401);
    expect((await call(server, `${SESSIONS}/${sid}`, { method: 'DELETE' })).status).toBe(401);
    const person = await aPerson(server);
    expectOAuthError(await signIn(server, FIRST_CLIENT, person, 'sessions:write'), 'invalid_scope');
    await expectAccepted(server, resourceServer, alice.access_token);
  });
});
