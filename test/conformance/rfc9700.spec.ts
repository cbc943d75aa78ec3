import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientRegistry } from '../../src/modules/clients/index.js';
import { UserDirectory } from '../../src/modules/users/index.js';
import { type Answer, bearer, post, refresh, signIn } from '../support/http.js';
import { decodeJwt } from '../support/jwt.js';
import {
  PASSWORD,
  type TestClient,
  type TestPerson,
  aConfidentialClient,
  aPerson,
  aPublicClient,
} from '../support/mothers.js';
import { type TestServer, startServer } from '../support/server.js';
import {
  API,
  aResourceServer,
  expectAccepted,
  expectOAuthError,
  expectRefused,
} from '../support/verdicts.js';

const DAY = 24 * 60 * 60;

let server: TestServer;
let client: TestClient;
/** A client to which every repeat is theft. */
let strict: TestClient;
let resourceServer: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server, { refreshLeeway: 10 });
  strict = await aConfidentialClient(server, { refreshLeeway: 0 });
  resourceServer = await aResourceServer(server);
  person = await aPerson(server);
});

afterAll(() => server?.close());

interface Tokens {
  access_token: string;
  refresh_token: string;
  scope: string;
}

async function tokens(by = client, scope?: string, who = person): Promise<Tokens> {
  const answer = await signIn(server, by, who, scope);
  expect(answer.status).toBe(200);
  return answer.json;
}

/** A refresh that must work. */
async function refreshed(
  refreshToken: string,
  by = client,
  more: Record<string, string> = {},
): Promise<Tokens> {
  const answer = await refresh(server, by, refreshToken, more);
  expect(answer).toMatchObject({ status: 200, json: { token_type: 'Bearer' } });
  return answer.json;
}

async function expectNotRefreshed(refreshToken: string, by = client): Promise<void> {
  expectOAuthError(await refresh(server, by, refreshToken), 'invalid_grant');
}

/** Lets time pass since a rotation: the database measures the leeway, by a clock that no test can move. */
async function pass(seconds: number, { access_token: accessToken }: Tokens): Promise<void> {
  await server.app
    .get(DataSource)
    .query('UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => $2) WHERE grant_id = $1', [
      decodeJwt(accessToken).claims.sid,
      seconds,
    ]);
}

/** That nothing of a grant is accepted any more. */
async function expectEnded(by: TestClient, ...issued: Tokens[]): Promise<void> {
  for (const { access_token: accessToken, refresh_token: refreshToken } of issued) {
    await expectRefused(server, resourceServer, accessToken);
    await expectNotRefreshed(refreshToken, by);
  }
}

describe('RFC 9700 §4.14.2: rotation', () => {
  it('gives a new refresh token at every use, and an access token with it', async () => {
    const issued = [await tokens(strict)];
    for (let times = 0; times < 5; times += 1) {
      issued.push(await refreshed(issued.at(-1)!.refresh_token, strict));
    }
    expect(new Set(issued.map((each) => each.refresh_token)).size).toBe(issued.length);
    expect(new Set(issued.map((each) => each.access_token)).size).toBe(issued.length);
    await expectAccepted(server, resourceServer, issued.at(-1)!.access_token);
  });

  it('answers a refresh as the token endpoint answers a sign-in (RFC 6749 §5.1)', async () => {
    const answer = await refresh(server, client, (await tokens()).refresh_token);
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json).toSorted()).toEqual(
      ['access_token', 'expires_in', 'refresh_token', 'scope', 'token_type'].toSorted(),
    );
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(answer.headers.get('Pragma')).toBe('no-cache');
  });

  it('rotates for public clients too', async () => {
    const app = await aPublicClient(server, { refreshLeeway: 0 });
    const answer = (token: string): Promise<Answer> =>
      refresh(server, undefined, token, { client_id: app.id });
    const { json: first } = await post(server, '/token', undefined, {
      grant_type: 'password',
      client_id: app.id,
      username: person.username,
      password: person.password,
    });
    const { json: second } = await answer(first.refresh_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expectOAuthError(await answer(first.refresh_token), 'invalid_grant');
    expectOAuthError(await answer(second.refresh_token), 'invalid_grant');
  });
});

describe('RFC 9700 §4.14.2: reuse', () => {
  it('ends the grant with all its tokens when a used token comes back, and no other grant', async () => {
    const other = await tokens(strict);
    const first = await tokens(strict);
    const second = await refreshed(first.refresh_token, strict);
    await expectAccepted(server, resourceServer, second.access_token);
    await expectNotRefreshed(first.refresh_token, strict);
    await expectEnded(strict, first, second);
    await expectAccepted(server, resourceServer, other.access_token);
    await refreshed(other.refresh_token, strict);
  });

  it('ends it for any older token, however long the leeway', async () => {
    const first = await tokens();
    const second = await refreshed(first.refresh_token);
    const third = await refreshed(second.refresh_token);
    await expectNotRefreshed(first.refresh_token);
    await expectEnded(client, second, third);
  });

  it('ends it whatever else the request asks for', async () => {
    const first = await tokens(strict);
    const second = await refreshed(first.refresh_token, strict);
    expectOAuthError(
      await refresh(server, strict, first.refresh_token, { scope: 'users:write' }),
      'invalid_grant',
    );
    await expectEnded(strict, second);
  });

  it('reports it in the log, without the token', async () => {
    const first = await tokens(strict);
    await refreshed(first.refresh_token, strict);
    await expectNotRefreshed(first.refresh_token, strict);
    const line = server.logs.findLast((entry) => entry.includes('used refresh token came back'))!;
    expect(JSON.parse(line)).toMatchObject({
      client_id: strict.id,
      sub: person.sub,
      grant_id: decodeJwt(first.access_token).claims.sid,
    });
    expect(server.logs.join('\n')).not.toContain(first.refresh_token);
  });

  it('leaves a grant that reuse ended in the past: signing in again works', async () => {
    const first = await tokens(strict);
    await refreshed(first.refresh_token, strict);
    await expectNotRefreshed(first.refresh_token, strict);
    await expectAccepted(server, resourceServer, (await tokens(strict)).access_token);
  });
});

describe('RFC 9700 §4.14.2: a lost answer within the leeway', () => {
  it('is given again: the same successor, so that no second line begins', async () => {
    const first = await tokens();
    const second = await refreshed(first.refresh_token);
    await pass(5, first);
    const again = await refreshed(first.refresh_token);
    expect(again.refresh_token).toBe(second.refresh_token);
    await expectAccepted(server, resourceServer, again.access_token);
    await expectAccepted(server, resourceServer, second.access_token);
    const third = await refreshed(again.refresh_token);
    expect(third.refresh_token).not.toBe(second.refresh_token);
  });

  it('is theft once the successor has been used', async () => {
    const first = await tokens();
    const second = await refreshed(first.refresh_token);
    const third = await refreshed(second.refresh_token);
    await pass(5, first);
    await expectNotRefreshed(first.refresh_token);
    await expectEnded(client, second, third);
  });

  it('is theft when the leeway is over', async () => {
    const first = await tokens();
    const second = await refreshed(first.refresh_token);
    await pass(11, first);
    await expectNotRefreshed(first.refresh_token);
    await expectEnded(client, second);
  });

  it('is not lengthened by repeats', async () => {
    const first = await tokens();
    const second = await refreshed(first.refresh_token);
    await pass(6, first);
    expect((await refreshed(first.refresh_token)).refresh_token).toBe(second.refresh_token);
    await pass(5, first);
    await expectNotRefreshed(first.refresh_token);
    await expectEnded(client, second);
  });

  it.each([30, -30])('is not measured by the clock of the instance, here %i seconds off', async (seconds) => {
    const [kept, late, none] = [await tokens(), await tokens(), await tokens(strict)];
    const successor = await refreshed(kept.refresh_token);
    await refreshed(late.refresh_token);
    await refreshed(none.refresh_token, strict);
    await pass(11, late);
    server.clock.advance(seconds);
    try {
      expect((await refreshed(kept.refresh_token)).refresh_token).toBe(successor.refresh_token);
      await expectNotRefreshed(late.refresh_token);
      await expectNotRefreshed(none.refresh_token, strict);
    } finally {
      server.clock.advance(-seconds);
    }
  });

  it('follows REFRESH_LEEWAY where the client says nothing', async () => {
    const silent = await aConfidentialClient(server);
    expect(server.config.tokens.refreshLeeway).toBe(10);
    const first = await tokens(silent);
    const second = await refreshed(first.refresh_token, silent);
    await pass(5, first);
    expect((await refreshed(first.refresh_token, silent)).refresh_token).toBe(second.refresh_token);
    await pass(6, first);
    await expectNotRefreshed(first.refresh_token, silent);
    await expectEnded(silent, second);
  });

  it('keeps the successor where only its predecessor opens it: the database alone reveals neither', async () => {
    const first = await tokens();
    const second = await refreshed(first.refresh_token);
    const rows: Record<string, unknown>[] = await server.app
      .get(DataSource)
      .query('SELECT * FROM refresh_tokens WHERE grant_id = $1', [decodeJwt(first.access_token).claims.sid]);
    expect(rows).toHaveLength(2);
    const stored = rows.flatMap((row) => Object.values(row)).filter((value) => Buffer.isBuffer(value));
    // Two digests, the sealed successor with its digest, and the digest of a user agent.
    expect(stored).toHaveLength(5);
    for (const token of [first.refresh_token, second.refresh_token]) {
      const spellings = [Buffer.from(token), Buffer.from(token.slice('gwr_'.length), 'base64url')];
      for (const bytes of stored) {
        expect(spellings.some((spelling) => bytes.includes(spelling))).toBe(false);
      }
    }
    expect((await refreshed(first.refresh_token)).refresh_token).toBe(second.refresh_token);
  });
});

describe('RFC 9700 §4.14.2: twenty refreshes of one token at once', () => {
  async function race(by: TestClient): Promise<{ first: Tokens; won: Tokens[]; statuses: number[] }> {
    const first = await tokens(by);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => refresh(server, by, first.refresh_token)),
    );
    const won = answers.filter(({ status }) => status === 200).map(({ json }) => json as Tokens);
    return { first, won, statuses: answers.map(({ status }) => status) };
  }

  it('all get the one successor within the leeway, and one line lives on', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { won, statuses } = await race(client);
      expect(statuses).toEqual(Array.from({ length: 20 }, () => 200));
      const successors = new Set(won.map((each) => each.refresh_token));
      expect(successors.size).toBe(1);
      for (const { access_token: accessToken } of won) {
        expect((await bearer(server, accessToken, API)).status).toBe(200);
      }
      const next = await refreshed([...successors][0]!);
      await expectAccepted(server, resourceServer, next.access_token);
    }
  });

  it('are one use and nineteen thefts without leeway: the grant ends, and no token of it is left', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { first, won, statuses } = await race(strict);
      expect(won.length).toBeLessThanOrEqual(1);
      expect(new Set(statuses)).toEqual(new Set(won.length === 1 ? [200, 400] : [400]));
      await expectEnded(strict, first, ...won);
    }
    await expectAccepted(server, resourceServer, (await tokens(strict)).access_token);
  });

  it('leave nothing behind when a revocation comes between them', async () => {
    for (let round = 0; round < 5; round += 1) {
      const first = await tokens();
      const answers = await Promise.all([
        ...Array.from({ length: 10 }, () => refresh(server, client, first.refresh_token)),
        post(server, '/revoke', client, { token: first.refresh_token }),
        ...Array.from({ length: 10 }, () => refresh(server, client, first.refresh_token)),
      ]);
      expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true);
      const issued = answers
        .filter(({ json }) => json.access_token !== undefined)
        .map(({ json }) => json as Tokens);
      await expectEnded(client, first, ...issued);
    }
  });
});

describe('RFC 9700 §4.14.2 and RFC 6749 §6: bound to the client', () => {
  it('refuses another client, which cannot burn the token, and reports the attempt', async () => {
    const { refresh_token: refreshToken, access_token: accessToken } = await tokens();
    await expectNotRefreshed(refreshToken, strict);
    const line = server.logs.findLast((entry) => entry.includes('presented by another client'))!;
    expect(JSON.parse(line)).toMatchObject({
      client_id: strict.id,
      owner_client_id: client.id,
      grant_id: decodeJwt(accessToken).claims.sid,
    });
    await refreshed(refreshToken);
  });

  it('does not let another client end the grant with a token that was used', async () => {
    const first = await tokens(strict);
    const second = await refreshed(first.refresh_token, strict);
    await expectNotRefreshed(first.refresh_token, client);
    await expectAccepted(server, resourceServer, second.access_token);
    await refreshed(second.refresh_token, strict);
  });

  it('refuses who does not authenticate as the client, and leaves the token', async () => {
    const { refresh_token: refreshToken } = await tokens();
    const attempts = [
      await refresh(server, undefined, refreshToken),
      await refresh(server, undefined, refreshToken, { client_id: client.id }),
      await refresh(server, { id: client.id, secret: 'wrong' }, refreshToken),
      await refresh(server, undefined, refreshToken, { client_id: client.id, client_secret: 'wrong' }),
    ];
    for (const answer of attempts) {
      expectOAuthError(answer, 'invalid_client', 401);
      expect(answer.headers.has('WWW-Authenticate')).toBe(true);
    }
    await refreshed(refreshToken);
  });

  it('ends with the grant type, and does not come back with it', async () => {
    const registry = server.app.get(ClientRegistry);
    const changing = await aConfidentialClient(server);
    const { refresh_token: refreshToken } = await tokens(changing);
    await registry.change(changing.id, { grantTypes: ['password'] });
    expectOAuthError(await refresh(server, changing, refreshToken), 'unauthorized_client');
    await registry.change(changing.id, { grantTypes: ['password', 'refresh_token'] });
    await expectNotRefreshed(refreshToken, changing);
    await refreshed((await tokens(changing)).refresh_token, changing);
  });

  it('gives no refresh token to a client that may not refresh', async () => {
    const once = await aConfidentialClient(server, { grantTypes: ['password'] });
    const { json } = await signIn(server, once, person);
    expect(json).not.toHaveProperty('refresh_token');
    await expectAccepted(server, resourceServer, json.access_token);
  });

  it.each(['', 'gwr_', 'x', `gwr_${'A'.repeat(43)}`, '\0', 'é'])(
    'answers a refusal to what is no refresh token: %j',
    async (refreshToken) => {
      const answer = await refresh(server, client, refreshToken);
      expectOAuthError(answer, refreshToken === '' ? 'invalid_request' : 'invalid_grant');
    },
  );
});

describe('RFC 6749 §6: the scope of a refresh', () => {
  it('may be narrower for one access token; the grant and the next refresh keep theirs', async () => {
    const all = 'resources:read resources:write';
    const first = await tokens(client, all);
    const second = await refreshed(first.refresh_token, client, { scope: 'resources:read' });
    expect(second.scope).toBe('resources:read');
    expect(decodeJwt(second.access_token).claims.scope).toBe('resources:read');
    const body = { title: 'No' };
    expect((await bearer(server, second.access_token, API, { method: 'POST', body })).status).toBe(403);
    const third = await refreshed(second.refresh_token);
    expect(third.scope).toBe(all);
    expect(decodeJwt(third.access_token).claims.scope).toBe(all);
    expect((await bearer(server, third.access_token, API, { method: 'POST', body })).status).toBe(201);
  });

  it.each([
    ['beyond the grant', 'resources:read resources:write'],
    ['beyond the client', 'resources:read users:read'],
    ['unknown', 'resources:read nonsense'],
    ['malformed', 'resources:read  profile'],
    ['malformed by a quote', '"'],
  ])('is refused when it is %s, and costs no token', async (_, scope) => {
    const { refresh_token: refreshToken } = await tokens(client, 'resources:read');
    expectOAuthError(await refresh(server, client, refreshToken, { scope }), 'invalid_scope');
    expect((await refreshed(refreshToken)).scope).toBe('resources:read');
  });

  it('is the grant’s when it is left empty', async () => {
    const { refresh_token: refreshToken } = await tokens(client, 'resources:read profile');
    expect((await refreshed(refreshToken, client, { scope: '' })).scope).toBe('resources:read profile');
  });
});

describe('RFC 9700 §4.14.2: what ends or narrows a grant besides', () => {
  it('ends when the person is disabled, and does not come back with the person', async () => {
    const people = server.app.get(UserDirectory);
    const someone = await aPerson(server);
    const issued = await tokens(client, undefined, someone);
    await people.change(someone.sub, { status: 'disabled' });
    await expectEnded(client, issued);
    await people.change(someone.sub, { status: 'active' });
    await expectEnded(client, issued);
    await refreshed((await tokens(client, undefined, someone)).refresh_token);
  });

  it('ends when the person is deleted; one of the same name is another person', async () => {
    const someone = await aPerson(server);
    const issued = await tokens(client, undefined, someone);
    await server.app.get(UserDirectory).remove(someone.sub);
    await expectEnded(client, issued);
    const namesake = await aPerson(server, { username: someone.username });
    expect(namesake.sub).not.toBe(someone.sub);
    await expectEnded(client, issued);
    await refreshed((await tokens(client, undefined, namesake)).refresh_token);
  });

  it('ends when the person changes the password, at every client', async () => {
    const someone = await aPerson(server);
    const issued = await tokens(client, undefined, someone);
    const elsewhere = await tokens(strict, undefined, someone);
    const password = 'lantern bicycle granite';
    const changed = await bearer(server, issued.access_token, '/account/password', {
      method: 'POST',
      body: { current_password: PASSWORD, new_password: password },
    });
    expect(changed.status).toBe(204);
    await expectEnded(client, issued);
    await expectEnded(strict, elsewhere);
    await refreshed((await tokens(client, undefined, { ...someone, password })).refresh_token);
  });

  it('is never older than the password, even where ending the grants failed at the time', async () => {
    const someone = await aPerson(server);
    const issued = await tokens(client, undefined, someone);
    await server.app
      .get(DataSource)
      .query('UPDATE users SET credentials_version = gen_random_uuid() WHERE id = $1', [someone.sub]);
    await expectNotRefreshed(issued.refresh_token);
    await expectEnded(client, issued);
    await refreshed((await tokens(client, undefined, someone)).refresh_token);
  });

  it('ends when the client is disabled, and does not come back with the client', async () => {
    const registry = server.app.get(ClientRegistry);
    const changing = await aConfidentialClient(server);
    const issued = await tokens(changing);
    await registry.change(changing.id, { status: 'disabled' });
    await expectRefused(server, resourceServer, issued.access_token);
    expectOAuthError(await refresh(server, changing, issued.refresh_token), 'invalid_client', 401);
    await registry.change(changing.id, { status: 'active' });
    await expectEnded(changing, issued);
    await refreshed((await tokens(changing)).refresh_token, changing);
  });

  it('ends when the client is deleted, and does not come back with one of the same name', async () => {
    const registry = server.app.get(ClientRegistry);
    const gone = await aConfidentialClient(server);
    const issued = await tokens(gone);
    await registry.remove(gone.id);
    await expectRefused(server, resourceServer, issued.access_token);
    expectOAuthError(await refresh(server, gone, issued.refresh_token), 'invalid_client', 401);
    const namesake = await aConfidentialClient(server, {}, { clientId: gone.id });
    await expectEnded(namesake, issued);
    await refreshed((await tokens(namesake)).refresh_token, namesake);
  });

  it('loses what the person may not hold any more, and does not regain it', async () => {
    const people = server.app.get(UserDirectory);
    const administrating = await aConfidentialClient(server, { scope: ['profile', 'users:read'] });
    const someone = await aPerson(server, { roles: ['admin'] });
    const issued = await tokens(administrating, 'profile users:read', someone);
    expect((await bearer(server, issued.access_token, '/admin/users')).status).toBe(200);
    await people.change(someone.sub, { roles: [] });
    expect((await bearer(server, issued.access_token, '/admin/users')).status).toBe(403);
    const next = await refreshed(issued.refresh_token, administrating);
    expect(next.scope).toBe('profile');
    await people.change(someone.sub, { roles: ['admin'] });
    const later = await refreshed(next.refresh_token, administrating);
    expect(later.scope).toBe('profile');
    expect((await bearer(server, issued.access_token, '/admin/users')).status).toBe(403);
    expect((await tokens(administrating, 'users:read', someone)).scope).toBe('users:read');
  });

  it('loses what the client may not ask for any more', async () => {
    const changing = await aConfidentialClient(server);
    const issued = await tokens(changing, 'resources:read resources:write');
    await server.app.get(ClientRegistry).change(changing.id, { scope: ['resources:read'] });
    const body = { title: 'No' };
    expect((await bearer(server, issued.access_token, API, { method: 'POST', body })).status).toBe(403);
    expect((await bearer(server, issued.access_token, API)).status).toBe(200);
    expect((await refreshed(issued.refresh_token, changing)).scope).toBe('resources:read');
  });
});

// Last in this file, for these move the clock by weeks.
describe('RFC 9700 §4.14.2: the end by time', () => {
  it('comes when a refresh token stays unused for its idle time', async () => {
    const { refreshTokenTtl } = server.config.tokens;
    const used = await tokens();
    const idle = await tokens();
    server.clock.advance(refreshTokenTtl - 60);
    const next = await refreshed(used.refresh_token);
    server.clock.advance(61);
    await expectNotRefreshed(idle.refresh_token);
    await refreshed(next.refresh_token);
  });

  it('comes at the absolute end, however regularly the token is used: after 30 days at most', async () => {
    const { grantTtl } = server.config.tokens;
    expect(grantTtl).toBeLessThanOrEqual(30 * DAY);
    let current = await tokens();
    for (let spent = 0; spent + 10 * DAY < grantTtl; spent += 10 * DAY) {
      server.clock.advance(10 * DAY);
      current = await refreshed(current.refresh_token);
    }
    server.clock.advance(10 * DAY - 60);
    const last = await refreshed(current.refresh_token);
    const { exp } = decodeJwt(last.access_token).claims;
    expect(exp - server.clock.seconds()).toBeLessThanOrEqual(61);
    await expectAccepted(server, resourceServer, last.access_token);
    server.clock.advance(61);
    await expectEnded(client, last);
    await expectAccepted(server, resourceServer, (await tokens()).access_token);
  });

  it('has the lifetimes of the client where it has its own', async () => {
    const hasty = await aConfidentialClient(server, {
      refreshTokenTtl: 60,
      grantTtl: 100,
      accessTokenTtl: 20,
    });
    const idle = await tokens(hasty);
    const { exp, iat } = decodeJwt(idle.access_token).claims;
    expect(exp - iat).toBe(20);
    server.clock.advance(61);
    await expectNotRefreshed(idle.refresh_token, hasty);
    const first = await tokens(hasty);
    server.clock.advance(55);
    const second = await refreshed(first.refresh_token, hasty);
    server.clock.advance(46);
    await expectNotRefreshed(second.refresh_token, hasty);
    await refreshed((await tokens(hasty)).refresh_token, hasty);
  });
});
