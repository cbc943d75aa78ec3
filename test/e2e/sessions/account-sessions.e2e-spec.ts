import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, bearer, call, post, refresh, signIn } from '../../support/http.js';
import { decodeJwt } from '../../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { aResourceServer, expectAccepted, expectOAuthError, expectRefused } from '../../support/verdicts.js';

const SESSIONS = '/account/sessions';

let server: TestServer;
let client: TestClient;
let resourceServer: TestClient;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
  resourceServer = await aResourceServer(server);
});

afterAll(() => server?.close());

interface Tokens {
  access_token: string;
  refresh_token: string;
}

async function tokens(person: TestPerson, scope?: string): Promise<Tokens> {
  return (await signIn(server, client, person, scope)).json;
}

/** The session that a token belongs to. */
function sessionOf({ access_token: accessToken }: Tokens): string {
  return decodeJwt(accessToken).claims.sid;
}

function sessionsSeenBy({ access_token: accessToken }: Tokens, query = ''): Promise<Answer> {
  return bearer(server, accessToken, `${SESSIONS}${query}`);
}

function endSession({ access_token: accessToken }: Tokens, id: string): Promise<Answer> {
  return bearer(server, accessToken, `${SESSIONS}/${id}`, { method: 'DELETE' });
}

describe('listing your own sessions', () => {
  it('shows a sign-in that cannot be refreshed only as long as its access token lives', async () => {
    const alice = await aPerson(server);
    const once = await aConfidentialClient(server, { grantTypes: ['password'] });
    const short = (await signIn(server, once, alice)).json;
    const lasting = await tokens(alice);
    expect((await sessionsSeenBy(lasting)).json.items).toHaveLength(2);
    server.clock.advance(short.expires_in + 1);
    const later = (await refresh(server, client, lasting.refresh_token)).json;
    expect((await sessionsSeenBy(later)).json.items.map(({ id }: { id: string }) => id)).toEqual([
      sessionOf(later),
    ]);
  });

  it('shows each sign-in, newest first, and which one is asking', async () => {
    const alice = await aPerson(server);
    const before = server.clock.now().getTime();
    const first = await tokens(alice, 'account profile');
    server.clock.advance(1);
    const second = await tokens(alice);
    const { status, json, headers } = await sessionsSeenBy(first);
    expect(status).toBe(200);
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(json.next_cursor).toBeNull();
    expect(json.items.map(({ id }: { id: string }) => id)).toEqual([sessionOf(second), sessionOf(first)]);
    expect(json.items.map(({ current }: { current: boolean }) => current)).toEqual([false, true]);
    const [, session] = json.items;
    expect(session).toEqual({
      id: sessionOf(first),
      client_id: client.id,
      scope: 'account profile',
      ip: '127.0.0.1',
      user_agent: expect.stringMatching(/./) as string,
      created_at: session.last_used_at,
      last_used_at: session.created_at,
      expires_at: expect.any(String) as string,
      current: true,
    });
    expect(Date.parse(session.created_at)).toBeGreaterThanOrEqual(before);
    const lifetimeMs = Date.parse(session.expires_at) - Date.parse(session.created_at);
    expect(Math.round(lifetimeMs / 1000)).toBe(server.config.tokens.grantTtl);
  });

  it('shows one session, used later, after a refresh', async () => {
    const alice = await aPerson(server);
    const first = await tokens(alice);
    server.clock.advance(30);
    const second = (await refresh(server, client, first.refresh_token)).json as Tokens;
    const { items } = (await sessionsSeenBy(second)).json;
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ id: sessionOf(first), current: true });
    expect(Date.parse(items[0].last_used_at) - Date.parse(items[0].created_at)).toBeGreaterThanOrEqual(
      30_000,
    );
  });

  it('shows nobody else’s, and no client’s own', async () => {
    const alice = await aPerson(server);
    await tokens(await aPerson(server));
    await post(server, '/token', client, { grant_type: 'client_credentials' });
    expect((await sessionsSeenBy(await tokens(alice))).json.items).toHaveLength(1);
  });

  it('shows neither ended nor expired ones', async () => {
    const alice = await aPerson(server);
    const shortLived = await aConfidentialClient(server, { grantTtl: 60 });
    const ended = await tokens(alice);
    await post(server, '/revoke', client, { token: ended.refresh_token });
    await signIn(server, shortLived, alice);
    const current = await tokens(alice);
    expect((await sessionsSeenBy(current)).json.items).toHaveLength(2);
    server.clock.advance(61);
    const { items } = (await sessionsSeenBy(current)).json;
    expect(items.map(({ id }: { id: string }) => id)).toEqual([sessionOf(current)]);
  });

  it('goes page by page, without gaps or repeats while sessions come and go', async () => {
    const alice = await aPerson(server);
    const all: Tokens[] = [];
    for (let count = 0; count < 5; count += 1) all.push(await tokens(alice));
    const newest = all.at(-1)!;
    const seen: string[] = [];
    let query = '?limit=2';
    for (let page = 0; page < 3; page += 1) {
      const { json } = await sessionsSeenBy(newest, query);
      expect(json.items.length).toBe(page < 2 ? 2 : 1);
      seen.push(...json.items.map(({ id }: { id: string }) => id));
      if (page === 2) expect(json.next_cursor).toBeNull();
      query = `?limit=2&cursor=${json.next_cursor}`;
      // A newer session comes before the pages that are still to be read.
      await tokens(alice);
    }
    expect(seen.toSorted()).toEqual(all.map(sessionOf).toSorted());
    expect(seen).toEqual(seen.toSorted().toReversed());
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=1.5',
    'limit=x',
    'limit=',
    'limit=1&limit=2',
    'cursor=',
    'cursor=x',
    "cursor=' OR 1=1 --",
    `cursor=${Buffer.from('x'.repeat(36)).toString('base64url')}`,
    'cursor=a&cursor=b',
    'sub=x',
    'offset=1',
  ])('answers 400 to ?%s', async (query) => {
    const alice = await tokens(await aPerson(server));
    const answer = await sessionsSeenBy(alice, `?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ type: 'about:blank', status: 400 });
    expect((await sessionsSeenBy(alice, '?limit=100')).status).toBe(200);
  });
});

describe('ending one of your own sessions', () => {
  it('ends its tokens at once, and no other session’s', async () => {
    const alice = await aPerson(server);
    const stolen = await tokens(alice);
    const current = await tokens(alice);
    await expectAccepted(server, resourceServer, stolen.access_token);
    expect(await endSession(current, sessionOf(stolen))).toMatchObject({ status: 204, text: '' });
    await expectRefused(server, resourceServer, stolen.access_token);
    expectOAuthError(await refresh(server, client, stolen.refresh_token), 'invalid_grant');
    expect((await sessionsSeenBy(current)).json.items).toHaveLength(1);
    expect((await refresh(server, client, current.refresh_token)).status).toBe(200);
  });

  it('may be the session that asks', async () => {
    const alice = await aPerson(server);
    const current = await tokens(alice);
    expect((await endSession(current, sessionOf(current))).status).toBe(204);
    await expectRefused(server, resourceServer, current.access_token);
    expect((await sessionsSeenBy(await tokens(alice))).json.items).toHaveLength(1);
  });

  it('answers 404 to a session that is another person’s, ended already, or nobody’s', async () => {
    const alice = await tokens(await aPerson(server));
    const bob = await tokens(await aPerson(server));
    const own = await post(server, '/token', client, { grant_type: 'client_credentials' });
    const ended = await tokens(await aPerson(server));
    expect((await endSession(ended, sessionOf(ended))).status).toBe(204);
    const answers = await Promise.all(
      [
        sessionOf(bob),
        decodeJwt(own.json.access_token).claims.sid as string,
        sessionOf(ended),
        '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10',
        sessionOf(alice).toUpperCase(),
        'x',
        '%00',
        "'%20OR%201=1",
      ].map((id) => endSession(alice, id)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
    expect(new Set(answers.map(({ json }) => json.detail))).toEqual(new Set(['There is no such session.']));
    await expectAccepted(server, resourceServer, bob.access_token);
    await expectAccepted(server, resourceServer, own.json.access_token);
    expect((await endSession(bob, sessionOf(bob))).status).toBe(204);
  });
});

describe('who may see sessions', () => {
  it.each([
    ['GET', SESSIONS],
    ['DELETE', `${SESSIONS}/019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10`],
  ])('needs the scope account for %s', async (method, path) => {
    const person = await aPerson(server);
    const without = await tokens(person, 'profile resources:read resources:write');
    const refused = await bearer(server, without.access_token, path, { method });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('WWW-Authenticate')).toContain('scope="account"');
    expect((await call(server, path, { method })).status).toBe(401);
    const { access_token: accessToken } = await tokens(person, 'account');
    expect((await bearer(server, accessToken, path, { method })).status).toBeOneOf([200, 404]);
  });

  it('is never a client by itself', async () => {
    const asked = { grant_type: 'client_credentials', scope: 'account' };
    expectOAuthError(await post(server, '/token', client, asked), 'invalid_scope');
    const { json } = await post(server, '/token', client, { grant_type: 'client_credentials' });
    expect((await bearer(server, json.access_token, SESSIONS)).status).toBe(403);
  });
});
