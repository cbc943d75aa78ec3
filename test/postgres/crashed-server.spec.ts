import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { query } from '../support/database.js';
import { bearer, call, post, refresh, signIn } from '../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../support/mothers.js';
import { type OwnPostgres, PROGRAMS, startOwnPostgres } from '../support/own-postgres.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../support/server.js';
import { API, expectInvalidToken, expectOAuthError } from '../support/verdicts.js';

const CRASHES = 3;
const SESSIONS = 12;
const KINDS = ['new password', 'revoked', 'rotated', 'disabled'] as const;
const NEW_PASSWORD = 'seven lanterns on water';

/**
 * With these a server acknowledges a commit that it has nowhere but in its memory, for ten seconds: whatever is still
 * there after a crash was committed durably because the application asked for that.
 */
const CARELESS = ['synchronous_commit = off', 'wal_writer_delay = 10s', 'autovacuum = off'];

/** One person's session, and what became of it. */
interface Session {
  person: TestPerson;
  first: { access_token: string; refresh_token: string };
  /** What the server has confirmed last, if anything. */
  confirmed?: Change | undefined;
}

interface Change {
  kind: (typeof KINDS)[number];
  /** The refresh token that a rotation answered. */
  rotatedTo?: string;
}

describe.skipIf(PROGRAMS === undefined)('a database server that crashes under load', () => {
  let postgres: OwnPostgres;
  let server: TestServer;
  let client: TestClient;
  let administrator: string;

  beforeAll(async () => {
    postgres = await startOwnPostgres(CARELESS);
    const database = { url: postgres.url, dataDir: 'memory://', drop: async () => undefined };
    server = await startServer({ REFRESH_LEEWAY: '0', ACCESS_TOKEN_TTL: '3600' }, database);
    client = await aConfidentialClient(server);
    const { json } = await signIn(server, FIRST_CLIENT, ADMINISTRATOR, 'users:write');
    administrator = json.access_token;
  });

  afterAll(async () => {
    await server?.close();
    await postgres?.remove();
  });

  it('would lose what other applications commit, as it is set up', async () => {
    await query(postgres.url, 'CREATE TABLE of_another_application ()');
    await postgres.crash();
    await postgres.start();
    const [table] = await query(postgres.url, `SELECT to_regclass('of_another_application') AS name`);
    expect(table.name).toBeNull();
    await readyAgain();
  });

  it('loses no end, no new password and no rotation that was confirmed, and revives nothing', async () => {
    for (let crash = 0; crash < CRASHES; crash += 1) {
      const sessions = await Promise.all(Array.from({ length: SESSIONS }, aSession));
      const changes = sessions.map(async (session, at) => {
        session.confirmed = await change(session, KINDS[at % KINDS.length]!);
      });
      // One of each is confirmed, others are under way.
      await eventually(() =>
        KINDS.every((kind) => sessions.some(({ confirmed }) => confirmed?.kind === kind)),
      );
      await postgres.crash();
      await Promise.all(changes);
      await postgres.start();
      await readyAgain();
      for (const session of sessions) await expectToHold(session);
    }
  });

  async function aSession(): Promise<Session> {
    const person = await aPerson(server);
    return { person, first: (await signIn(server, client, person)).json };
  }

  /** @returns what was confirmed, if anything was */
  async function change(
    { person, first }: Session,
    kind: (typeof KINDS)[number],
  ): Promise<Change | undefined> {
    const changes = {
      'new password': () =>
        bearer(server, first.access_token, '/account/password', {
          method: 'POST',
          body: { current_password: person.password, new_password: NEW_PASSWORD },
        }),
      revoked: () => post(server, '/revoke', client, { token: first.refresh_token }),
      rotated: () => refresh(server, client, first.refresh_token),
      disabled: () =>
        bearer(server, administrator, `/admin/users/${person.sub}`, {
          method: 'PATCH',
          body: { status: 'disabled' },
        }),
    };
    const { status, json } = await changes[kind]();
    expect([200, 204, 503]).toContain(status);
    if (status === 503) return undefined;
    return kind === 'rotated' ? { kind, rotatedTo: json.refresh_token } : { kind };
  }

  async function readyAgain(): Promise<void> {
    await eventually(async () => (await call(server, '/health/ready')).status === 200);
  }

  async function expectToHold({ person, first, confirmed }: Session): Promise<void> {
    const withNewPassword = { ...person, password: NEW_PASSWORD };
    switch (confirmed?.kind) {
      case 'revoked':
        expectInvalidToken(await bearer(server, first.access_token, API));
        return expectOAuthError(await refresh(server, client, first.refresh_token), 'invalid_grant');
      case 'disabled':
        expectInvalidToken(await bearer(server, first.access_token, API));
        return expectOAuthError(await signIn(server, client, person), 'invalid_grant');
      case 'new password':
        expect((await signIn(server, client, withNewPassword)).status).toBe(200);
        return expectOAuthError(await signIn(server, client, person), 'invalid_grant');
      case 'rotated':
        expect((await refresh(server, client, confirmed.rotatedTo!)).status).toBe(200);
        return expectOAuthError(await refresh(server, client, first.refresh_token), 'invalid_grant');
      default: {
        // Nobody was told how it ended: either way, but not both.
        const signIns = [await signIn(server, client, person), await signIn(server, client, withNewPassword)];
        expect(signIns.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
        expect([200, 400]).toContain((await refresh(server, client, first.refresh_token)).status);
      }
    }
  }
});

async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('Waited in vain.');
    await sleep(5);
  }
}
