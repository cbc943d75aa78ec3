import { DataSource } from 'typeorm';
import {
  type MockInstance,
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  vi,
} from 'vitest';
import { ExpensiveLane } from '../../../src/modules/users/passwords/hashing-lanes.js';
import { HashingQueueFull } from '../../../src/modules/users/passwords/hashing-queue.js';
import { PasswordHasher } from '../../../src/modules/users/passwords/password-hasher.js';
import { HashSurvey } from '../../../src/modules/users/passwords/refusals/hash-survey.js';
import { RefusalFloor } from '../../../src/modules/users/passwords/refusals/refusal-floor.js';
import { StandIns } from '../../../src/modules/users/passwords/refusals/stand-ins.js';
import { UserStore } from '../../../src/modules/users/user-store.js';
import { type Administration, administrationOf } from '../../support/administration.js';
import { bearer, signIn } from '../../support/http.js';
import {
  PASSWORD,
  type TestClient,
  type TestPerson,
  aConfidentialClient,
  aPerson,
} from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { expectTokens, visibleOf } from '../../support/token-endpoint.js';
import { expectOAuthError } from '../../support/verdicts.js';

const DIGEST = 'wv/y1qqZypQ7gYfghX5gWnE/wIbySTOENGP6fquDTWk';
const SALT = 'AAECAwQFBgcICQoLDA0ODw';
/** One of each kind that is expensive to somebody who guesses; none matches a password. */
const IMPORTED = {
  bcrypt: `$2b$10$${'a'.repeat(21)}u${'a'.repeat(30)}u`,
  django: `bcrypt_sha256$$2b$10$${'b'.repeat(21)}u${'b'.repeat(30)}u`,
  pbkdf2: `$pbkdf2-sha256$i=300000,l=32$${SALT}$${DIGEST}`,
  scrypt: `$scrypt$ln=14,r=8,p=2$${SALT}$${DIGEST}`,
};

let server: TestServer;
let admin: Administration;
let client: TestClient;
let alice: TestPerson;
let disabled: TestPerson;
let waits: MockInstance<RefusalFloor['reached']>;

beforeAll(async () => {
  server = await startServer();
  admin = await administrationOf(server);
  client = await aConfidentialClient(server);
  alice = await aPerson(server);
  disabled = await aPerson(server, { status: 'disabled' });
  await aPerson(server, { username: 'without', password: undefined });
  for (const [username, password_hash] of Object.entries(IMPORTED)) {
    await admin('POST', '/admin/users', { username, password_hash });
  }
  await server.app.get(HashSurvey).take();
});

beforeEach(() => {
  waits = vi.spyOn(server.app.get(RefusalFloor), 'reached');
});

afterEach(() => vi.restoreAllMocks());
afterAll(() => server?.close());

describe('a refused sign-in', () => {
  it.each([
    ['with a wrong password', () => ({ ...alice, password: 'a wrong password 1' })],
    ['of an unknown name', () => ({ username: 'nobody', password: PASSWORD })],
    ['of a name that nobody can have', () => ({ username: ' nobody ', password: PASSWORD })],
    ['of a disabled user, with the right password', () => disabled],
    ['of a user without a password', () => ({ username: 'without', password: PASSWORD })],
    ['with a wrong password for an imported hash', () => ({ username: 'bcrypt', password: PASSWORD })],
  ])('waits for the floor %s', async (_, credentials) => {
    expectOAuthError(await signIn(server, client, credentials()), 'invalid_grant');
    expect(waits).toHaveBeenCalledTimes(1);
  });

  it('is not one with the right password, which waits for nothing', async () => {
    expectTokens(await signIn(server, client, alice));
    expect(waits).not.toHaveBeenCalled();
  });

  it('waits for the floor when the current password is wrong, too', async () => {
    const { json } = await signIn(server, client, alice);
    const refused = await bearer(server, json.access_token, '/account/password', {
      method: 'POST',
      body: { current_password: 'a wrong password 1', new_password: 'seven green bicycles sing' },
    });
    expect(refused.status).toBe(400);
    expect(waits).toHaveBeenCalledTimes(1);
  });
});

describe('the hashes in use', () => {
  const kinds = async () => server.app.get(UserStore).passwordHashKinds();

  it('are known by kind, each with one of them and the share of users who have such a one', async () => {
    const found = await kinds();
    expect(found.map(({ sample }) => sample)).toEqual(expect.arrayContaining(Object.values(IMPORTED)));
    expect(found.filter(({ sample }) => sample.startsWith('$argon2id$'))).toHaveLength(1);
    expect(found.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    const [ours] = found.filter(({ sample }) => sample.startsWith('$argon2id$'));
    const [imported] = found.filter(({ sample }) => sample === IMPORTED.scrypt);
    expect(ours!.share).toBeCloseTo(3 * imported!.share);
  });

  it('are found in the index, and not by reading every user', async () => {
    const dataSource = server.app.get(DataSource);
    const watched = vi.spyOn(dataSource, 'query');
    await kinds();
    const [statement] = watched.mock.calls.at(-1)!;
    watched.mockRestore();
    const runner = dataSource.createQueryRunner();
    try {
      await runner.startTransaction();
      // The table is small enough to be read as a whole, which is not what is asked here.
      await runner.query('SET LOCAL enable_seqscan = off');
      const plan = JSON.stringify(await runner.query(`EXPLAIN ${statement}`));
      expect(plan).toContain('users_password_hash_kind');
      expect(plan).not.toContain('Seq Scan on users');
    } finally {
      await runner.rollbackTransaction();
      await runner.release();
    }
  });

  it('set the floor: an import raises it at once, and it falls when nobody has such a hash any more', async () => {
    const floor = server.app.get(RefusalFloor);
    const survey = server.app.get(HashSurvey);
    const schemes = () => floor.hashes.map(({ scheme }) => scheme);
    expect(schemes()).toEqual(expect.arrayContaining(['bcrypt', 'pbkdf2-sha256', 'scrypt']));
    const password_hash = `$pbkdf2-sha512$i=100000,l=32$${SALT}$${DIGEST}`;
    const { json } = await admin('POST', '/admin/users', { username: 'leaving', password_hash });
    expect(schemes()).toContain('pbkdf2-sha512');
    await survey.take();
    expect(schemes()).toContain('pbkdf2-sha512');
    await admin('DELETE', `/admin/users/${json.id}`);
    await survey.take();
    expect(schemes()).not.toContain('pbkdf2-sha512');
    expect(schemes()).toContain('bcrypt');
  });
});

describe('the places of a name among expensive hashes', () => {
  it('are the same for all spellings that mean one user, whether or not there is one', async () => {
    const verify = vi.spyOn(server.app.get(PasswordHasher), 'verify');
    for (const username of ['ibrahim', 'IBRAHIM', 'İbrahim', 'ıbrahım']) {
      expectOAuthError(await signIn(server, client, { username, password: PASSWORD }), 'invalid_grant');
    }
    expect(verify.mock.calls.map(([{ name }]) => name)).toEqual(Array(4).fill('ibrahim'));
  });
});

describe('a full lane for expensive hashes', () => {
  it('leaves the floor as it was at a survey', async () => {
    const floor = server.app.get(RefusalFloor);
    const before = floor.milliseconds;
    expect(before).toBeGreaterThan(0);
    vi.spyOn(server.app.get(ExpensiveLane), 'run').mockRejectedValue(new HashingQueueFull(3));
    const more = IMPORTED.bcrypt.replace('$10$', '$11$');
    const store = server.app.get(UserStore);
    const kinds = await store.passwordHashKinds();
    vi.spyOn(store, 'passwordHashKinds').mockResolvedValue([...kinds, { sample: more, share: 0.1 }]);
    await server.app.get(HashSurvey).take();
    expect(floor.hashes.map(({ text }) => text)).toContain(more);
    expect(floor.milliseconds).toBeGreaterThanOrEqual(before * 0.9);
  });

  it('looks like a full queue, and stops nobody else', async () => {
    vi.spyOn(server.app.get(ExpensiveLane), 'run').mockRejectedValue(new HashingQueueFull(3));
    const expensive = await signIn(server, client, { username: 'bcrypt', password: PASSWORD });
    expectOAuthError(expensive, 'temporarily_unavailable', 503);
    // Some names that nobody has share the lane, so that its 503 does not say that somebody has this one.
    const standIns = server.app.get(StandIns);
    const names = Array.from({ length: 1000 }, (_, i) => `nobody-${i}`);
    const username = names.find((name) => standIns.standInFor(name) !== undefined)!;
    const unknown = await signIn(server, client, { username, password: PASSWORD });
    expect(visibleOf(unknown)).toEqual(visibleOf(expensive));
    expectTokens(await signIn(server, client, alice));
  });
});
