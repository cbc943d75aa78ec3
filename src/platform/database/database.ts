import type { Pool, QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import { bearSilence } from './silence.js';

/** Keys of advisory locks: one number each, so that two uses never meet by chance. */
const LOCK_KEYS = { migrations: 7_310_001, 'first-start': 7_310_002 } as const;

/**
 * The database beside TypeORM's repositories: the few hot statements as named prepared ones, and locks across
 * instances. TypeORM neither prepares nor batches, and takes three times as long for one row.
 */
export class Database {
  private readonly pool: Pool;

  /** @param embedded one connection and one process: nothing to lock against */
  constructor(
    private readonly dataSource: DataSource,
    private readonly embedded: boolean,
  ) {
    // The pool is TypeORM's own and in none of its types: a second one would double the connections.
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  /**
   * Runs one statement in its own transaction and returns its rows.
   * @param name of the prepared statement: one name, one text
   */
  async query<Row extends QueryResultRow>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>({ name, text, values });
    return rows;
  }

  /** Runs `work` while no other instance does, under a session-level advisory lock. */
  async alone<T>(lock: keyof typeof LOCK_KEYS, work: () => Promise<T>): Promise<T> {
    if (this.embedded) return work();
    const session = await this.pool.connect();
    // A session lost meanwhile must not end the process: what `work` does will say what is wrong.
    session.on('error', () => undefined);
    try {
      // Another instance's migrations may take longer than any statement or silence should.
      bearSilence(session);
      await session.query('SET statement_timeout = 0');
      await session.query('SELECT pg_advisory_lock($1)', [LOCK_KEYS[lock]]);
      return await work();
    } finally {
      // With the session the lock falls and its settings are forgotten.
      session.release(true);
    }
  }

  /**
   * Brings the schema up to date; several instances may call this at once.
   * @returns the names of the migrations that it ran
   */
  async migrate(): Promise<string[]> {
    const ran = await this.alone('migrations', () => this.dataSource.runMigrations());
    return ran.map(({ name }) => name);
  }

  /** Whether the database answers and has every migration of this version. */
  async isReady(): Promise<boolean> {
    await this.pool.query('SELECT 1');
    return !(await this.dataSource.showMigrations());
  }
}
