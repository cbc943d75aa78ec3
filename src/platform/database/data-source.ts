import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import type { ClientBase, PoolConfig } from 'pg';
import { DataSource, type DataSourceOptions, type MixedList } from 'typeorm';
import type { DatabaseConfig } from '../../config/config.js';
import { EmbeddedDatabase } from './embedded-database.js';
import { prepareSession } from './session.js';
import { UnusableDatabase } from './unusable-database.js';

/** What a module keeps in the database: handed over by the composition root, so that a role has only its own. */
export interface Persistence {
  entities: Function[];
  migrations: Function[];
}

/** An open database; `embedded` is to be closed after the source. */
export interface Opened {
  dataSource: DataSource;
  embedded: EmbeddedDatabase | undefined;
}

const CONNECT_TIMEOUT_MS = 3_000;

/** The TypeORM options for PostgreSQL; TLS and the like come from the URL (`?sslmode=verify-full&sslrootcert=…`). */
export function postgresOptions(
  { url, poolSize, pooler }: Pick<DatabaseConfig, 'url' | 'poolSize' | 'pooler'>,
  persistence: Persistence,
): DataSourceOptions {
  return dataSourceOptions(persistence, poolSize, {
    connectionString: url,
    application_name: 'grantway',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    // pg-pool waits for what this returns, which its types do not say.
    onConnect: ((client: ClientBase) => prepareSession(client, pooler)) as (client: ClientBase) => void,
  } satisfies PoolConfig);
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
 * Opens the database that the configuration names.
 * @throws UnusableDatabase, DataDirectoryInUse
 */
export async function openDataSource(config: DatabaseConfig, persistence: Persistence): Promise<Opened> {
  if (config.url !== undefined) {
    return { dataSource: await openServer(config, persistence), embedded: undefined };
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

async function openServer(config: DatabaseConfig, persistence: Persistence): Promise<DataSource> {
  try {
    return await new DataSource(postgresOptions(config, persistence)).initialize();
  } catch (error) {
    throw new UnusableDatabase(error);
  }
}

export async function closeDataSource({ dataSource, embedded }: Opened): Promise<void> {
  if (dataSource.isInitialized) await dataSource.destroy();
  await embedded?.close();
}
