import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_URL, type TestDatabase, aDatabase, query } from '../support/database.js';
import { bearer, call, refresh, signIn } from '../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../support/mothers.js';
import { type Home, aHome, endProcesses, startProcess } from '../support/process.js';
import { type TestServer, startServer } from '../support/server.js';

/** Defaults that an administrator may give a database, each of which once broke or weakened a statement. */
const UNUSUAL = [
  `datestyle = 'SQL, DMY'`,
  `timezone = 'Asia/Kathmandu'`,
  `intervalstyle = 'sql_standard'`,
  `bytea_output = 'escape'`,
  'standard_conforming_strings = off',
  `default_transaction_isolation = 'serializable'`,
  'synchronous_commit = off',
  `lock_timeout = '1ms'`,
  `idle_in_transaction_session_timeout = '1ms'`,
];

describe('a database with defaults of its own', () => {
  let database: TestDatabase;
  let server: TestServer;
  let client: TestClient;
  let person: TestPerson;

  beforeAll(async () => {
    database = await aDatabase();
    for (const setting of UNUSUAL) await alter(database, `SET ${setting}`);
    server = await startServer({}, database);
    client = await aConfidentialClient(server);
    person = await aPerson(server);
  });

  afterAll(async () => {
    await server?.close();
    await database.drop();
  });

  it('serves as one without them, because each session sets what the code relies on', async () => {
    const tokens = await signIn(server, client, person);
    expect(tokens.status).toBe(200);
    const next = await refresh(server, client, tokens.json.refresh_token);
    expect(next.status).toBe(200);
    expect((await bearer(server, next.json.access_token, '/account/sessions')).status).toBe(200);
    const created = await bearer(server, next.json.access_token, '/api/resources', {
      method: 'POST',
      body: { title: 'back\\slash', body: { text: '\\x41' } },
    });
    expect(created.status).toBe(201);
    expect(created.json.title).toBe('back\\slash');
    expect(Math.abs(Date.parse(created.json.created_at) - Date.now())).toBeLessThan(60_000);
  });
});

describe('a database that cannot be written to', () => {
  let database: TestDatabase;
  let server: TestServer;
  let client: TestClient;
  let person: TestPerson;

  beforeAll(async () => {
    database = await aDatabase();
    server = await startServer({}, database);
    client = await aConfidentialClient(server);
    person = await aPerson(server);
  });

  afterAll(async () => {
    await server?.close();
    await database.drop();
  });

  it('is not ready, and 503 with Retry-After, while the disk is full', async () => {
    await query(
      database.url!,
      `CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$`,
    );
    await query(
      database.url!,
      'CREATE TRIGGER disk_is_full BEFORE INSERT ON grants EXECUTE FUNCTION disk_is_full()',
    );
    expect((await call(server, '/health/ready')).status).toBe(200);
    const refused = await signIn(server, client, person);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '2']);
    expect((await call(server, '/health/ready')).status).toBe(503);
    await query(database.url!, 'DROP TRIGGER disk_is_full ON grants');
    await expect
      .poll(async () => (await call(server, '/health/ready')).status, { timeout: 15_000, interval: 250 })
      .toBe(200);
  });

  it('is not ready, and 503 with Retry-After for what would write, while it is read-only', async () => {
    const tokens = (await signIn(server, client, person)).json;
    await alter(database, 'SET default_transaction_read_only = on');
    await endSessions(database);
    expect((await call(server, '/health/ready')).status).toBe(503);
    const refused = await signIn(server, client, person);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '2']);
    expect((await bearer(server, tokens.access_token, '/api/resources')).status).toBe(200);

    await alter(database, 'RESET default_transaction_read_only');
    await endSessions(database);
    expect((await call(server, '/health/ready')).status).toBe(200);
    expect((await signIn(server, client, person)).status).toBe(200);
  });
});

describe('the start on a PostgreSQL database', () => {
  let home: Home;

  beforeAll(() => {
    home = aHome();
  });

  afterAll(async () => {
    await endProcesses();
    home.remove();
  });

  it('is refused when the database is not UTF-8, with what to create instead', async () => {
    const database = await aDatabase();
    const url = new URL(database.url!);
    url.pathname += '_latin1';
    const name = url.pathname.slice(1);
    await query(database.url!, `CREATE DATABASE ${name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0`);
    const server = await startProcess({ home, environment: { DATABASE_URL: url.href } });
    expect(await server.ended).toBe(1);
    expect(server.stderr).toContain(
      'DATABASE_URL names a database with the encoding LATIN1. It must be UTF8',
    );
    await query(database.url!, `DROP DATABASE ${name}`);
    await database.drop();
  });

  it('leaves no table and no signing key behind when it is refused for a missing secret', async () => {
    const database = await aDatabase();
    const environment = {
      DATABASE_URL: database.url!,
      NODE_ENV: 'production',
      ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    };
    const server = await startProcess({ home, environment });
    expect(await server.ended).toBe(1);
    expect(server.stderr).toContain('BOOTSTRAP_CLIENT_SECRET and BOOTSTRAP_PASSWORD are not set');
    expect(await tablesOf(database)).toEqual([]);
    await database.drop();
  });

  it('names what is wrong with the database beside what is wrong with the variables', async () => {
    const database = await aDatabase();
    const environment = { DATABASE_URL: database.url!, BOOTSTRAP_PASSWORD: 'short', PORT: '0' };
    const server = await startProcess({ home, environment: { ...environment, NODE_ENV: 'prod' } });
    expect(await server.ended).toBe(1);
    for (const mistake of [
      'PORT must be',
      'NODE_ENV must be',
      'BOOTSTRAP_PASSWORD: The password must have',
    ]) {
      expect(server.stderr).toContain(`\n  - ${mistake}`);
    }
    await database.drop();
  });

  it('logs what it waits for while another instance migrates', async () => {
    const database = await aDatabase();
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await other.query('BEGIN; SELECT pg_advisory_xact_lock(7310001)');
    const server = await startProcess({ home, environment: { DATABASE_URL: database.url! } });
    await server.says('"msg":"waiting for a lock that another instance holds"');
    expect(server.stdout).toContain('"lock":"migrations","waited_ms":');
    await other.query('COMMIT');
    await other.end();
    await server.listening();
    expect(server.stdout).toMatch(/"lock":"migrations","waited_ms":\d+,"msg":"the lock is free"/);
    await endProcesses();
    await database.drop();
  });
});

async function tablesOf({ url }: TestDatabase): Promise<string[]> {
  const tables = await query(url!, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
  return tables.map(({ tablename }) => tablename);
}

async function alter({ url }: TestDatabase, change: string): Promise<void> {
  await query(SERVER_URL!, `ALTER DATABASE ${new URL(url!).pathname.slice(1)} ${change}`);
}

/** So that the pool opens new ones, which get the defaults of now. */
async function endSessions({ url }: TestDatabase): Promise<void> {
  await query(
    url!,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'grantway'`,
  );
}
