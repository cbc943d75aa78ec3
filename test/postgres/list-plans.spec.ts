import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Administration, administrationOf } from '../support/administration.js';
import { UserStore } from '../../src/modules/users/user-store.js';
import { query } from '../support/database.js';
import { type TestServer, startServer } from '../support/server.js';

const ROWS = 100_000;

const USERS = `
  INSERT INTO users (id, username, canonical_username, name, canonical_name, email, canonical_email, email_verified,
                     roles, status, credentials_version, created_at, updated_at)
  SELECT gen_random_uuid(), 'user-' || n, 'user-' || n, 'Name ' || n, 'name ' || n, n || '@example.com',
         n || '@example.com', false,
         CASE WHEN n % 1000 = 0 THEN ARRAY['clerk', 'auditor'] ELSE ARRAY['clerk'] END,
         CASE WHEN n % 1000 = 1 THEN 'disabled' ELSE 'active' END, '1', now(), now()
  FROM generate_series(1, ${ROWS}) AS n`;

const GRANTS = `
  INSERT INTO grants (id, subject, client_id, username, scope, auth_time, amr, created_at, last_used_at, expires_at)
  SELECT gen_random_uuid(), 'subject-' || n % 10000, 'client-' || n % 20, 'user', ARRAY['profile'], now(), ARRAY['pwd'],
         now(), now(), '9999-01-01'
  FROM generate_series(1, ${ROWS}) AS n`;

/** Statistics of every row: a sample of them, or another one by autovacuum, would now and then choose another plan. */
function withoutSampling(table: string): string {
  return `ALTER TABLE ${table} SET (autovacuum_enabled = off);
    DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT attname FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 LOOP
        EXECUTE format('ALTER TABLE ${table} ALTER %I SET STATISTICS 1000', name);
      END LOOP;
    END $$`;
}

interface Statement {
  text: string;
  values: unknown[];
}

let server: TestServer;
let admin: Administration;
let database: pg.Client;

beforeAll(async () => {
  server = await startServer();
  admin = await administrationOf(server);
  const url = server.database.url!;
  for (const statement of [
    ...['users', 'grants'].map(withoutSampling),
    USERS,
    GRANTS,
    'ANALYZE users, grants',
  ]) {
    await query(url, statement);
  }
  database = new pg.Client({ connectionString: url });
  await database.connect();
});

afterAll(async () => {
  await database?.end();
  await server?.close();
});
afterEach(() => vi.restoreAllMocks());

/** The statement by which the server reads a list. */
async function statementOf(path: string): Promise<Statement> {
  const queries = vi.spyOn(pg.Client.prototype, 'query');
  expect(await admin('GET', path)).toMatchObject({ status: 200 });
  const statements = (queries.mock.calls as unknown[][])
    .map(([first, values]) =>
      typeof first === 'string' ? { text: first, values: (values ?? []) as unknown[] } : (first as Statement),
    )
    // The signing keys are read again now and then.
    .filter(({ text }) => text.includes('ORDER BY') && !text.includes('signing_keys'));
  queries.mockRestore();
  expect(new Set(statements.map(({ text }) => text)).size).toBe(1);
  return statements[0]!;
}

async function planOf({ text, values }: Statement): Promise<string> {
  const { rows } = await database.query(`EXPLAIN ${text}`, values);
  return rows.map((row: { 'QUERY PLAN': string }) => row['QUERY PLAN']).join('\n');
}

describe(`a list of ${ROWS} rows`, () => {
  it.each([
    ['users', '/admin/users', 'users_pkey'],
    ['a username', '/admin/users?username=user-777', 'users_canonical_username|users_by_username_prefix'],
    ['an e-mail address', '/admin/users?email=777@example.com', 'users_by_email_prefix'],
    ['a prefix', '/admin/users?q=user-777', 'users_by_username_prefix'],
    ['a prefix of names', '/admin/users?q=name%20777', 'users_by_name_prefix'],
    ['a prefix of nobody', '/admin/users?q=nobody', 'users_by_email_prefix'],
    ['a prefix of everyone', '/admin/users?q=user', 'users_'],
    ['a rare role', '/admin/users?role=auditor', 'users_by_role'],
    ['a common role', '/admin/users?role=clerk', 'users_'],
    ['a role of nobody', '/admin/users?role=nobody', 'users_by_role'],
    ['a rare status', '/admin/users?status=disabled', 'users_by_status'],
    ['a common status', '/admin/users?status=active', 'users_'],
    ['everything', '/admin/users?q=user-777&role=clerk&status=active', 'users_by_username_prefix'],
    ['sessions', '/admin/sessions', 'grants_pkey'],
    ['sessions of a user', '/admin/sessions?sub=subject-777', 'grants_live_by_subject'],
    ['sessions at a client', '/admin/sessions?client_id=client-7', 'grants_'],
    ['sessions of a user at a client', '/admin/sessions?sub=subject-7&client_id=client-7', 'grants_live_by_'],
    ['sessions of nobody', '/admin/sessions?client_id=nobody', 'grants_live_by_client'],
  ])('of %s is read from an index, on the first page and after a cursor', async (_, path, index) => {
    const cursor = Buffer.from('80000000-0000-4000-8000-000000000000', 'latin1').toString('base64url');
    for (const page of [path, `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`]) {
      const plan = await planOf(await statementOf(page));
      expect(plan).toMatch(new RegExp(index));
      expect(plan).not.toContain('Seq Scan');
    }
  });

  it('is not read to find a user whose name differs in the dots of i alone', async () => {
    const queries = vi.spyOn(pg.Client.prototype, 'query');
    expect(await server.app.get(UserStore).findAlike('user-777')).toHaveLength(1);
    const [text, values] = (queries.mock.calls as unknown[][]).find(([first]) =>
      String(first).includes('replace('),
    )!;
    queries.mockRestore();
    const plan = await planOf({ text: text as string, values: values as unknown[] });
    expect(plan).toContain('users_by_dotless_username');
    expect(plan).not.toContain('Seq Scan');
  });

  it('would be found out if it were read row by row', async () => {
    const plan = await planOf({ text: 'SELECT * FROM users WHERE attributes = $1', values: ['{"a":1}'] });
    expect(plan).toContain('Seq Scan');
  });
});
