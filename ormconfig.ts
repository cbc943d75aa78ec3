import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { persistenceOf } from './src/app.module.js';
import { loadConfig } from './src/config/config.js';
import { postgresOptions } from './src/platform/database/data-source.js';

const { database, roles } = loadConfig(process.env);
if (database.url === undefined)
  throw new Error('Set DATABASE_URL to the PostgreSQL database that the command is for.');

/** For the TypeORM command line: `npm run migration:generate`, `migration:run` and `migration:show`. */
export default new DataSource(postgresOptions(database, persistenceOf(roles)));
