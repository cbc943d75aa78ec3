import { type Config, readConfig } from './config/config.js';
import { ConfigurationError, type Environment } from './config/environment.js';
import { administratorMistakes, firstStartMistakes } from './first-start-checks.js';
import { listenMistakes } from './listen-address.js';
import { routesFileMistakes } from './modules/gateway/index.js';
import { type StoredSigningKey, storedKeyMistakes } from './modules/tokens/index.js';
import { EncryptionKey } from './platform/crypto/encryption-key.js';
import { dataDirectoryMistakes } from './platform/database/data-directory.js';
import { closeDataSource, openDataSource } from './platform/database/data-source.js';
import { type Database, databaseOf } from './platform/database/database.js';
import { EmbeddedDatabase } from './platform/database/embedded-database.js';
import { tlsMistakes } from './platform/http/tls.js';

/**
 * Reads the configuration and checks everything that needs no application. Nothing is written.
 * @throws ConfigurationError with every mistake of the variables, of the files that they name and, where they can be
 *   looked at all the same, of the contents of the database
 */
export async function checkedConfig(environment: Environment): Promise<Config> {
  const { config, mistakes: wrong } = readConfig(environment);
  const mistakes = [...wrong, ...(await mistakesBeforeOpening(config))];
  if (mistakes.length === 0) return config;
  throw new ConfigurationError([...mistakes, ...(await mistakesOfUnopened(config, mistakes))]);
}

/** Why this process cannot work with the database and what is in it. Nothing is written. */
export async function databaseMistakes(config: Config, database: Database): Promise<string[]> {
  return [
    ...(await database.mistakes()),
    ...(await contentMistakes(config, await contentsOf(config, database))),
  ];
}

async function mistakesBeforeOpening(config: Config): Promise<string[]> {
  const { server, roles, gateway, database } = config;
  return [
    ...(await listenMistakes(server)),
    ...tlsMistakes(server.tls),
    ...(roles.gateway ? routesFileMistakes(gateway, server.issuer) : []),
    ...(database.url === undefined ? dataDirectoryMistakes(database.dataDir) : []),
    // A missing embedded database is empty. It must not be created before all checks have passed.
    ...(isNewAndEmbedded(config) ? await contentMistakes(config, EMPTY) : []),
  ];
}

/** For a start that fails anyway: what the next attempt would fail for. */
async function mistakesOfUnopened(config: Config, known: readonly string[]): Promise<string[]> {
  const cannotTell = known.some((mistake) => /^(DATABASE_|DATA_DIR|ROLES|ENCRYPTION_KEY)/.test(mistake));
  if (isNewAndEmbedded(config)) return [];
  // The database may be empty, so the first administrator may be needed.
  if (cannotTell) return administratorMistakes(config);
  try {
    const opened = await openDataSource(config.database, { entities: [], migrations: [] });
    try {
      return await databaseMistakes(config, databaseOf(opened, config.database, SILENT));
    } finally {
      await closeDataSource(opened);
    }
  } catch (error) {
    return [(error as Error).message];
  }
}

const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function isNewAndEmbedded({ database: { url, dataDir } }: Config): boolean {
  return url === undefined && EmbeddedDatabase.isNew(dataDir);
}

/** What a start looks for in a database. */
interface Contents {
  hasClients: boolean;
  hasUsers: boolean;
  signingKeys: Pick<StoredSigningKey, 'kid' | 'sealedPrivateKey'>[];
}

const EMPTY: Contents = { hasClients: false, hasUsers: false, signingKeys: [] };
const MANY_KEYS = 100;

async function contentsOf({ roles }: Config, database: Database): Promise<Contents> {
  const has = async (table: string): Promise<boolean> => (await database.peek(table, '1', 1)).length > 0;
  const keys = 'kid, sealed_private_key AS "sealedPrivateKey"';
  return {
    hasClients: !roles.oauth || (await has('clients')),
    hasUsers: !roles.identity || (await has('users')),
    signingKeys: roles.oauth ? await database.peek('signing_keys', keys, MANY_KEYS) : [],
  };
}

async function contentMistakes(
  config: Config,
  { hasClients, hasUsers, signingKeys }: Contents,
): Promise<string[]> {
  const needs = {
    client: config.roles.oauth && !hasClients,
    administrator: config.roles.identity && !hasUsers,
  };
  return [...(await firstStartMistakes(config, needs)), ...keyMistakes(config, signingKeys)];
}

function keyMistakes({ encryption }: Config, signingKeys: Contents['signingKeys']): string[] {
  try {
    return storedKeyMistakes(signingKeys, EncryptionKey.existing(encryption));
  } catch (error) {
    return [(error as Error).message];
  }
}
