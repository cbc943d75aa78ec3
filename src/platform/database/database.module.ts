import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DatabaseConfig } from '../../config/config.js';
import { AppLogger } from '../logging/logging.module.js';
import { type Persistence, openDataSource } from './data-source.js';
import { Database } from './database.js';
import { EmbeddedDatabase } from './embedded-database.js';

const OPENED = Symbol('opened database');

interface Opened {
  dataSource: DataSource;
  embedded: EmbeddedDatabase | undefined;
}

/**
 * Opens the database once for the whole process and migrates it before anything else may use it. Persistence
 * classes inject TypeORM's `DataSource` for entities and `Database` for hot statements.
 */
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(OPENED) private readonly opened: Opened) {}

  /** @param persistence the entities and migrations of every module in this process */
  static forRoot(persistence: Persistence): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        {
          provide: OPENED,
          inject: [DatabaseConfig, AppLogger],
          useFactory: async (config: DatabaseConfig, logger: AppLogger): Promise<Opened> => {
            const { url, dataDir } = config;
            if (url === undefined && EmbeddedDatabase.isNew(dataDir)) {
              logger.info({ data_dir: dataDir }, 'creating the embedded database, which takes some seconds');
            }
            const opened = await openDataSource(config, persistence);
            try {
              const migrations = await databaseOf(opened, config, logger).migrate();
              if (migrations.length > 0) logger.info({ migrations }, 'the tables are up to date');
            } catch (error) {
              await close(opened);
              throw error;
            }
            return opened;
          },
        },
        { provide: DataSource, inject: [OPENED], useFactory: (opened: Opened) => opened.dataSource },
        { provide: Database, inject: [OPENED, DatabaseConfig, AppLogger], useFactory: databaseOf },
      ],
      exports: [DataSource, Database],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await close(this.opened);
  }
}

function databaseOf(
  { dataSource, embedded }: Opened,
  { pooler }: DatabaseConfig,
  logger: AppLogger,
): Database {
  return new Database(dataSource, embedded === undefined ? pooler : 'embedded', logger);
}

async function close({ dataSource, embedded }: Opened): Promise<void> {
  if (dataSource.isInitialized) await dataSource.destroy();
  await embedded?.close();
}
