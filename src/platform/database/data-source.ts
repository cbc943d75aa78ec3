import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import type { ClientBase, PoolConfig } from 'pg';
import { DataSource, type DataSourceOptions, type MixedList } from 'typeorm';
import { DatabaseConfig } from '../../config/config.js';
import { EmbeddedDatabase } from './embedded-database.js';
import { UnusableDatabase } from './unusable-database.js';
import { endWhenSilent } from './silence.js';

/** What a module keeps in the database: handed over by the composition root, so that a role has only its own. */
export interface Persistence {
  entities: Function[];
  migrations: Function[];
}

const STATEMENT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000;
const CONNECT_TIMEOUT_MS = 3_000;

/** The TypeORM options for PostgreSQL; TLS and the like come from the URL (`?sslmode=verify-full&sslrootcert=…`). */
export function postgresOptions(url: string, poolSize: number, persistence: Persistence): DataSourceOptions {
  return dataSourceOptions(persistence, poolSize, {
    connectionString: url,
    application_name: 'grantway',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    // pg-pool waits for what this returns, which its types do not say.
    onConnect: prepareSession as (client: ClientBase) => void,
  } satisfies PoolConfig);
}

/**
 * A server may be set up to confirm a commit before it is on its disk, and lose it in a crash: a token that somebody was
 * told is revoked would be good again. Stricter settings than `on` stay. PostgreSQL manual, “Asynchronous Commit”.
 */
const COMMIT_DURABLY = `SELECT set_config('synchronous_commit', 'on', false)
  WHERE current_setting('synchronous_commit') = 'off'`;

async function prepareSession(client: ClientBase): Promise<void> {
  endWhenSilent(client, SILENCE_TIMEOUT_MS);
  await client.query(COMMIT_DURABLY);
}

/** The same for the embedded database: one connection, which the pg pool then queues for. */
export function embeddedOptions(embedded: EmbeddedDatabase, persistence: Persistence): DataSourceOptions {
  return dataSourceOptions(persistence, 1, { ...createPgConfig(embedded.pglite) });
}

function dataSourceOptions(persistence: Persistence, poolSize: number, extra: object): DataSourceOptions {
  return {
    type: 'postgres',
    poolSize,
    extra,
    entities: persistence.entities as MixedList<Function>,
    migrations: persistence.migrations as MixedList<Function>,
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    // uuids are made by the application; without this TypeORM wants to install an extension.
    installExtensions: false,
  };
}

/**
 * Opens the database that the configuration names; `embedded` is what the caller must close after the source.
 * @throws UnusableDatabase, DataDirectoryInUse
 */
export async function openDataSource(
  config: DatabaseConfig,
  persistence: Persistence,
): Promise<{ dataSource: DataSource; embedded: EmbeddedDatabase | undefined }> {
  if (config.url !== undefined) {
    const dataSource = new DataSource(postgresOptions(config.url, config.poolSize, persistence));
    try {
      return { dataSource: await dataSource.initialize(), embedded: undefined };
    } catch (error) {
      throw new UnusableDatabase(error);
    }
  }
  const embedded = await EmbeddedDatabase.open(config.dataDir);
  try {
    const dataSource = new DataSource(embeddedOptions(embedded, persistence));
    return { dataSource: await dataSource.initialize(), embedded };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}
