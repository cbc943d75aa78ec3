import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.js';
import { tokensPersistence } from '../../../src/modules/tokens/index.js';
import { TypeormSigningKeyStore } from '../../../src/modules/tokens/persistence/typeorm-signing-key.store.js';
import { keySetAt } from '../../../src/modules/tokens/signing-keys/key-states.js';
import type { StoredSigningKey } from '../../../src/modules/tokens/signing-keys/signing-key.js';
import { type Opened, closeDataSource, openDataSource } from '../../../src/platform/database/data-source.js';
import { type TestDatabase, aDatabase } from '../../support/database.js';

const LAST_WEEK = new Date(Date.now() - 7 * 86_400_000);

let database: TestDatabase;
let opened: Opened;
let dataSource: DataSource;
let store: TypeormSigningKeyStore;

beforeAll(async () => {
  database = await aDatabase();
  const { dataDir } = database;
  const url = database.url === undefined ? {} : { DATABASE_URL: database.url };
  const config = loadConfig({ DATA_DIR: dataDir, ENCRYPTION_KEY: randomBytes(32).toString('hex'), ...url });
  opened = await openDataSource(config.database, tokensPersistence);
  ({ dataSource } = opened);
  await dataSource.runMigrations();
  await dataSource.undoLastMigration();
  store = new TypeormSigningKeyStore(dataSource);
});

afterAll(async () => {
  if (opened !== undefined) await closeDataSource(opened);
  await database?.drop();
});

/** The statement by which a process of the version before adds a key. */
async function addAsBefore(kid: string, algorithm: string, createdAt = new Date()): Promise<void> {
  await dataSource.query(
    `INSERT INTO signing_keys(kid, algorithm, public_jwk, sealed_private_key, created_at)
     VALUES ($1, $2, '{}', '\\x00', $3) ON CONFLICT DO NOTHING`,
    [kid, algorithm, createdAt],
  );
}

/** The statement by which it reads the keys, the first of each algorithm being the one that signs. */
async function readAsBefore(): Promise<string[]> {
  const rows: { kid: string }[] = await dataSource.query(
    'SELECT kid, algorithm, public_jwk, sealed_private_key, created_at FROM signing_keys ORDER BY created_at',
  );
  return rows.map(({ kid }) => kid);
}

function aStoredKey(kid: string): StoredSigningKey {
  const announcedAt = new Date();
  return {
    kid,
    algorithm: 'ES256',
    publicJwk: {},
    sealedPrivateKey: Buffer.from([0]),
    times: { announcedAt, activeAt: null, retiredAt: null, removedAt: null },
  };
}

describe('the migration to states of signing keys', () => {
  it('makes existing keys active since they were made', async () => {
    await addAsBefore('old-es', 'ES256', LAST_WEEK);
    await addAsBefore('old-rs', 'RS256', LAST_WEEK);
    await dataSource.runMigrations();
    const times = { announcedAt: LAST_WEEK, activeAt: LAST_WEEK, retiredAt: null, removedAt: null };
    expect(await store.list()).toMatchObject([
      { kid: 'old-es', algorithm: 'ES256', times },
      { kid: 'old-rs', algorithm: 'RS256', times },
    ]);
  });

  it('lets a process of the version before read the keys, and sign with the same one', async () => {
    expect(await readAsBefore()).toEqual(['old-es', 'old-rs']);
    await store.addIf(() => true, aStoredKey('next'));
    const [first] = await readAsBefore();
    expect(keySetAt(await store.list(), new Date()).signing('ES256')?.kid).toBe(first);
  });

  it('makes a key active that a process of the version before adds', async () => {
    await addAsBefore('added', 'RS256');
    const added = (await store.list()).find(({ kid }) => kid === 'added');
    expect(added?.times.activeAt).toBeInstanceOf(Date);
  });

  it('is taken back with the key of each algorithm that signs', async () => {
    await dataSource.query(`UPDATE signing_keys SET removed_at = now() WHERE kid = 'added'`);
    await dataSource.undoLastMigration();
    expect(await readAsBefore()).toEqual(['old-es', 'old-rs']);
    await addAsBefore('second', 'ES256');
    expect(await readAsBefore()).toEqual(['old-es', 'old-rs']);
    await dataSource.runMigrations();
  });
});

describe('a key that several instances add at once', () => {
  it('is added once', async () => {
    const kids = ['one', 'two', 'three', 'four'];
    const isMissing = (stored: readonly StoredSigningKey[]): boolean =>
      stored.every(({ kid }) => !kids.includes(kid));
    await Promise.all(kids.map((kid) => store.addIf(isMissing, aStoredKey(kid))));
    expect((await store.list()).filter(({ kid }) => kids.includes(kid))).toHaveLength(1);
  });
});
