import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administrationOf } from '../support/administration.js';
import { SERVER_URL, aDatabase, query } from '../support/database.js';
import { type Deployment, type Instance, aDeployment } from '../support/deployment.js';
import { bearer, call, refresh, signIn } from '../support/http.js';
import type { TestClient, TestPerson } from '../support/mothers.js';
import { aRegisteredClient, aRegisteredPerson } from '../support/mothers-over-http.js';
import { HAS_PGBOUNCER, type PgBouncer, startPgBouncer } from '../support/pgbouncer.js';
import { aHome, endProcesses, startProcess } from '../support/process.js';

const SESSIONS = 20;
const ROUNDS = 3;

describe.skipIf(!HAS_PGBOUNCER).each(['session', 'transaction'] as const)('PgBouncer in %s mode', (mode) => {
  let pooler: PgBouncer;
  let deployment: Deployment;
  let instances: Instance[];
  let client: TestClient;
  let person: TestPerson;

  beforeAll(async () => {
    pooler = await startPgBouncer(SERVER_URL!, mode);
    deployment = await aDeployment((url) => ({
      DATABASE_URL: pooler.urlOf(url),
      // Two of these fit into PgBouncer's default of 20 connections.
      DATABASE_POOL_SIZE: '8',
      ...(mode === 'transaction' ? { DATABASE_POOLER: 'transaction' } : {}),
    }));
    // Both find an empty database: one migrates and makes the first client, the other waits for the locks.
    instances = await Promise.all([deployment.start(), deployment.start()]);
    const administration = await administrationOf(instances[0]!);
    client = await aRegisteredClient(administration);
    person = await aRegisteredPerson(administration);
  });

  afterAll(async () => {
    await deployment?.close();
    await pooler?.stop();
  });

  it('serves parallel sign-ins, refreshes and API requests of two instances', async () => {
    const walk = async (at: number): Promise<number[]> => {
      const [near, far] = [instances[at % 2]!, instances[(at + 1) % 2]!];
      let last = await signIn(near, client, person);
      const statuses = [last.status];
      for (let round = 0; round < ROUNDS; round += 1) {
        last = await refresh(far, client, last.json.refresh_token);
        const read = await bearer(near, last.json.access_token, '/api/resources');
        statuses.push(last.status, read.status);
      }
      return statuses;
    };
    const statuses = (await Promise.all(Array.from({ length: SESSIONS }, (_, at) => walk(at)))).flat();
    expect(statuses).toEqual(Array.from({ length: SESSIONS * (1 + 2 * ROUNDS) }, () => 200));
  });

  it('keeps both instances ready, and no lock when they have started', async () => {
    for (const instance of instances) expect((await call(instance, '/health/ready')).status).toBe(200);
    const [{ held }] = await query(
      deployment.database.url!,
      `SELECT count(*)::int AS held FROM pg_locks
       WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(held).toBe(0);
  });
});

describe.skipIf(!HAS_PGBOUNCER)('PgBouncer in transaction mode', () => {
  let pooler: PgBouncer;

  beforeAll(async () => {
    pooler = await startPgBouncer(SERVER_URL!, 'transaction');
  });

  afterAll(async () => {
    await endProcesses();
    await pooler.stop();
  });

  it('stops the start, before anything is written, with a message that names the missing setting', async () => {
    const { end, message, tables } = await failedStart([], {});
    expect(end).toBe(1);
    expect(message).toContain('DATABASE_POOLER=transaction');
    expect(tables).toBe(0);
  });

  it('stops the start when the defaults of the role lose what a session would have set', async () => {
    const { message, tables } = await failedStart(
      [`default_transaction_isolation = 'serializable'`, `synchronous_commit = off`],
      { DATABASE_POOLER: 'transaction' },
    );
    expect(message).toContain(`ALTER ROLE … SET default_transaction_isolation = 'read committed'`);
    expect(message).toContain('ALTER ROLE … SET synchronous_commit = on');
    expect(tables).toBe(0);
  });

  async function failedStart(
    settings: string[],
    environment: Record<string, string>,
  ): Promise<{ end: number | string; message: string; tables: number }> {
    const database = await aDatabase();
    const home = aHome();
    const name = new URL(database.url!).pathname.slice(1);
    for (const setting of settings) await query(database.url!, `ALTER DATABASE ${name} SET ${setting}`);
    const server = await startProcess({
      home,
      environment: { DATABASE_URL: pooler.urlOf(database.url!), ...environment },
    });
    const end = await server.ended;
    const [{ tables }] = await query(
      database.url!,
      `SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'`,
    );
    await database.drop();
    home.remove();
    return { end, message: server.stderr, tables };
  }
});
