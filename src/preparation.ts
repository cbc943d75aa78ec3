import type { INestApplication, INestApplicationContext } from '@nestjs/common';
import type { Config } from './config/config.js';
import { ConfigurationError } from './config/environment.js';
import { RoutesError } from './modules/gateway/index.js';
import { SigningKeyRing } from './modules/tokens/index.js';
import { HashSurvey } from './modules/users/index.js';
import { Database } from './platform/database/database.js';
import { AppLogger } from './platform/logging/logging.module.js';
import { databaseMistakes } from './start-checks.js';

/**
 * Initialises the application, which writes nothing. Routes that claim paths of this process are known only then, and are
 * reported together with what is wrong with the database.
 * @throws ConfigurationError
 */
export async function initialize(app: INestApplication, config: Config): Promise<void> {
  try {
    await app.init();
  } catch (error) {
    if (!(error instanceof RoutesError)) throw error;
    throw new ConfigurationError([...error.lines, ...(await databaseMistakes(config, app.get(Database)))]);
  }
}

/**
 * Checks what is in the database, then gives it what a process needs before its first request: tables, signing
 * keys, and how long its password hashes take.
 * Until here a start has written nothing.
 * @throws ConfigurationError before anything is written
 */
export async function prepareDatabase(app: INestApplicationContext, config: Config): Promise<void> {
  const database = app.get(Database);
  const mistakes = await databaseMistakes(config, database);
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  const migrations = await database.migrate();
  if (migrations.length > 0) app.get(AppLogger).info({ migrations }, 'the tables are up to date');
  // Resource servers keep a key set for long, so every key is there before the first request.
  if (config.roles.oauth) await app.get(SigningKeyRing).makeMissing();
  // The first refusal is as late as any other.
  if (config.roles.identity) await app.get(HashSurvey).take();
}
