import type { Pool, PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { DatabaseConfig } from '../../config/config.js';
import type { AppLogger } from '../logging/logging.module.js';
import { untilAborted } from '../queue/until-aborted.js';
import type { Opened } from './data-source.js';
import { type InstanceLock, type JobLock, ifLockIsFree, withInstanceLock } from './instance-lock.js';
import { serverMistakes } from './server-requirements.js';

/** For how long a full disk keeps the process out of service, after a statement met it. Milliseconds. */
const DISK_FULL_MS = 5_000;

/** SQLSTATE `disk_full`. PostgreSQL manual, Appendix A. */
const DISK_FULL = '53100';

/**
 * The database beside TypeORM's repositories: the few hot statements as named prepared ones, and locks across
 * instances. TypeORM neither prepares nor batches, and takes three times as long for one row.
 */
export class Database {
  private readonly pool: Pool;
  private diskWasFullAt = -Infinity;

  /**
   * @param kind `embedded`: one connection and one process, nothing to lock against; otherwise the mode of the pooler,
   *   which in transaction mode keeps no prepared statement
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly kind: DatabaseConfig['pooler'] | 'embedded',
    private readonly logger: AppLogger,
  ) {
    // TypeORM's own pool, which is in none of its types: a second one would double the connections.
    this.pool = (dataSource.driver as unknown as { master: Pool }).master;
  }

  /**
   * Runs one statement in its own transaction and returns its rows.
   * @param name of the prepared statement: one name, one text
   * @param disconnection of the request that reads; once aborted, it waits for no connection
   * @throws the reason of `disconnection`
   */
  async query<Row extends QueryResultRow>(
    name: string,
    text: string,
    values: unknown[],
    disconnection?: AbortSignal,
  ): Promise<Row[]> {
    const statement = this.kind === 'transaction' ? { text, values } : { name, text, values };
    try {
      const { rows } = await this.run<Row>(statement, disconnection);
      return rows;
    } catch (error) {
      if ((error as { code?: unknown }).code === DISK_FULL) this.diskWasFullAt = performance.now();
      throw error;
    }
  }

  private async run<Row extends QueryResultRow>(
    statement: QueryConfig,
    disconnection: AbortSignal | undefined,
  ): Promise<QueryResult<Row>> {
    if (disconnection === undefined) return this.pool.query<Row>(statement);
    disconnection.throwIfAborted();
    // The pool cannot take a waiting request out of its queue, so a connection that comes too late goes back.
    const client = await untilAborted<PoolClient>(this.pool.connect(), disconnection, (late) =>
      late.release(),
    );
    let failure: Error | undefined;
    // A connection that breaks fails the statement as well. Without a listener it would end the process.
    const note = (error: Error): void => void (failure = error);
    client.on('error', note);
    try {
      return await client.query<Row>(statement);
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.off('error', note);
      // After an error the connection is not used again, as in `Pool.query`.
      client.release(failure);
    }
  }

  /**
   * The same for a read through TypeORM.
   * @throws the reason of `disconnection`
   */
  async read<T>(
    work: (manager: EntityManager) => Promise<T>,
    disconnection: AbortSignal | undefined,
  ): Promise<T> {
    if (disconnection === undefined) return work(this.dataSource.manager);
    const runner = this.dataSource.createQueryRunner();
    await untilAborted(runner.connect(), disconnection, () => void runner.release());
    try {
      return await work(runner.manager);
    } finally {
      await runner.release();
    }
  }

  /** Runs `work` while no other instance does. */
  async alone<T>(lock: InstanceLock, work: () => Promise<T>): Promise<T> {
    return this.kind === 'embedded' ? work() : withInstanceLock(this.pool, lock, this.logger, work);
  }

  /**
   * Runs `work` unless another instance does.
   * @returns whether it ran
   */
  async aloneIfFree(lock: JobLock, work: () => Promise<void>): Promise<boolean> {
    if (this.kind !== 'embedded') return ifLockIsFree(this.pool, lock, work);
    await work();
    return true;
  }

  /** Why it cannot serve this process, with any content; nothing is written. */
  async mistakes(): Promise<string[]> {
    return this.kind === 'embedded' ? [] : serverMistakes(this.pool, this.kind);
  }

  /** Rows of a table, possibly of an earlier version; none if there is no such table. */
  async peek<Row extends QueryResultRow>(table: string, columns: string, limit: number): Promise<Row[]> {
    const found = await this.pool.query<{ exists: boolean }>('SELECT to_regclass($1) IS NOT NULL AS exists', [
      table,
    ]);
    if (!found.rows[0]!.exists) return [];
    return (await this.pool.query<Row>(`SELECT ${columns} FROM ${table} LIMIT ${limit}`)).rows;
  }

  /**
   * Brings the schema up to date; several instances may call this at once.
   * @returns the names of the migrations that it ran
   */
  async migrate(): Promise<string[]> {
    const ran = await this.alone('migrations', () => this.dataSource.runMigrations());
    return ran.map(({ name }) => name);
  }

  /** Whether the database can be written to and has every migration of this version. */
  async isReady(): Promise<boolean> {
    if (performance.now() - this.diskWasFullAt < DISK_FULL_MS) return false;
    // Also on for a standby, and where an operator or a provider has made the database read-only.
    const { rows } = await this.pool.query<{ off: boolean }>(
      `SELECT current_setting('transaction_read_only') = 'off' AS off`,
    );
    return rows[0]!.off && !(await this.dataSource.showMigrations());
  }
}

export function databaseOf(
  { dataSource, embedded }: Opened,
  { pooler }: Pick<DatabaseConfig, 'pooler'>,
  logger: AppLogger,
): Database {
  return new Database(dataSource, embedded === undefined ? pooler : 'embedded', logger);
}
