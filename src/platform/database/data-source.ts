import { createPgConfig } from '@electric-sql/pglite/node-postgres';
import type { ClientBase, PoolConfig } from 'pg';
import { DataSource, type DataSourceOptions, type MixedList } from 'typeorm';
import type { DatabaseConfig } from '../../config/config.js';
import { ConfigurationError } from '../../config/environment.js';
import { poolOf } from './database.js';
import { EmbeddedDatabase } from './embedded-database.js';
import { serverMistakes } from './server-requirements.js';
import { prepareSession } from './session.js';
import { UnusableDatabase } from './unusable-database.js';

/** What a module keeps in the database: handed over by the composition root, so that a role has only its own. */
export interface Persistence {
  entities: Function[];
  migrations: Function[];
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
 * Opens the database that the configuration names; `embedded` is what the caller must close after the source.
 * @throws UnusableDatabase, ConfigurationError, DataDirectoryInUse
 */
export async function openDataSource(
  config: DatabaseConfig,
  persistence: Persistence,
): Promise<{ dataSource: DataSource; embedded: EmbeddedDatabase | undefined }> {
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
  const dataSource = new DataSource(postgresOptions(config, persistence));
  try {
    await dataSource.initialize();
    const mistakes = await serverMistakes(poolOf(dataSource), config.pooler);
    if (mistakes.length > 0) throw new ConfigurationError(mistakes);
    return dataSource;
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    throw error instanceof ConfigurationError ? error : new UnusableDatabase(error);
  }
}
