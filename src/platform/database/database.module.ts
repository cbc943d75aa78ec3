import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DatabaseConfig } from '../../config/config.js';
import { AppLogger } from '../logging/logging.module.js';
import { type Opened, type Persistence, closeDataSource, openDataSource } from './data-source.js';
import { Database, databaseOf } from './database.js';
import { EmbeddedDatabase } from './embedded-database.js';

const OPENED = Symbol('opened database');

/**
 * Opens the database once for the whole process and writes nothing to it: src/preparation.ts migrates. Persistence
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
            return openDataSource(config, persistence);
          },
        },
        { provide: DataSource, inject: [OPENED], useFactory: (opened: Opened) => opened.dataSource },
        { provide: Database, inject: [OPENED, DatabaseConfig, AppLogger], useFactory: databaseOf },
      ],
      exports: [DataSource, Database],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await closeDataSource(this.opened);
  }
}
