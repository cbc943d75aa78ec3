// What each of the three is started with: the environment of this process, less what belongs to another of them.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { IN_MEMORY, loadConfig } from '#built/config/config.js';
import { ConfigurationError } from '#built/config/environment.js';

/**
 * @typedef {import('#built/config/config.js').Config} Config
 * @typedef {import('#built/config/environment.js').Environment} Environment
 * @typedef {'gateway' | 'identity' | 'api'} ProcessName
 * @typedef {{ name: ProcessName, origin: string, environment: Environment }} ProcessSettings
 */

/** Where the gateway's requests to the other two come from. */
const GATEWAY_ADDRESSES = '127.0.0.1,::1';

/** Where the three ask one another. */
export const LOOPBACK = '127.0.0.1';

const LAST_PORT = 65_533;

/**
 * Whose each secret is: an API that is broken into knows nothing of clients and people.
 * @type {Record<string, ProcessName[]>}
 */
const OWNERS = {
  ENCRYPTION_KEY: ['gateway'],
  BOOTSTRAP_CLIENT_SECRET: ['gateway'],
  BOOTSTRAP_PASSWORD: ['identity'],
  INTERNAL_SECRET: ['gateway', 'identity'],
  INTERNAL_SECRET_PREVIOUS: ['identity'],
  IDENTITY_CLIENT_KEY: ['gateway'],
  REDIS_URL: ['gateway'],
};

/** @type {Record<ProcessName, string>} */
const DATABASES = {
  gateway: 'DATABASE_URL_GATEWAY',
  identity: 'DATABASE_URL_IDENTITY',
  api: 'DATABASE_URL_API',
};

/** What the three cannot share, or are given a value of their own for. */
const OF_ONE_PROCESS = ['ROLES', 'DATABASE_URL', 'TLS_CERT', 'TLS_KEY', 'TLS_CLIENT_CA'];
const JOINTS = ['IDENTITY_URL', 'API_URL', 'GATEWAY_URL'];

/**
 * The configuration that is common to the three, read as if they were one process.
 * @param {Environment} environment
 * @returns {Config}
 * @throws {ConfigurationError} naming every mistake, before anything has begun
 */
export function readConfig(environment) {
  const mistakes = mistakesOfSharing(environment);
  const common = { ...environment, ...withoutFiles(blank([...OF_ONE_PROCESS, ...JOINTS])) };
  const config = loaded(common, mistakes);
  if (config !== undefined && config.server.port > LAST_PORT) {
    mistakes.push(
      `PORT must be a whole number from 1 to ${LAST_PORT}: the two ports after it are taken as well.`,
    );
  }
  if (config === undefined || mistakes.length > 0) throw new ConfigurationError(mistakes);
  return config;
}

/**
 * @param {Config} config
 * @param {Environment} environment
 * @param {boolean} showsCredentials whether this process shows what the three make up
 * @returns {ProcessSettings[]} the gateway first
 */
export function processesOf(config, environment, showsCredentials) {
  const { gateway, identity, api } = originsFrom(config.server.port);
  const common = {
    ...environment,
    ...withoutFiles({
      ISSUER: config.server.issuer,
      ...(showsCredentials ? { BOOTSTRAP_OUTPUT: 'parent' } : {}),
      ...(config.internal.secret === undefined ? { INTERNAL_SECRET: randomBytes(32).toString('hex') } : {}),
    }),
  };
  // Whoever reaches the gateway from elsewhere, by HOST, has no business at these two.
  const behind = { HOST: LOOPBACK, GATEWAY_URL: gateway, TRUSTED_PROXIES: GATEWAY_ADDRESSES };
  /** @type {(name: ProcessName, roles: string, origin: string, own: Environment) => ProcessSettings} */
  const process = (name, roles, origin, own) => ({
    ...{ name, origin },
    environment: {
      ...common,
      ...withoutFiles({
        ...withheldFrom(name),
        ...own,
        ROLES: roles,
        PORT: new URL(origin).port,
        DATA_DIR: dataDirOf(name, config),
      }),
      ...databaseOf(name, environment),
    },
  });
  return [
    process('gateway', 'gateway,oauth', gateway, {
      IDENTITY_URL: identity,
      API_URL: api,
      CORS_ORIGINS: corsOriginsOf(config).join(','),
    }),
    process('identity', 'identity', identity, behind),
    process('api', 'api', api, behind),
  ];
}

/**
 * @param {number} first
 * @returns {[gateway: number, identity: number, api: number]}
 */
export function portsFrom(first) {
  return [first, first + 1, first + 2];
}

/**
 * Where the three are asked by one another, and by a person on this machine.
 * @param {number} first
 * @returns {Record<ProcessName, string>}
 */
export function originsFrom(first) {
  const [gateway, identity, api] = portsFrom(first);
  const at = (/** @type {number} */ port) => `http://${LOOPBACK}:${port}`;
  return { gateway: at(gateway), identity: at(identity), api: at(api) };
}

/**
 * @param {Environment} environment
 * @returns {string[]}
 */
function mistakesOfSharing(environment) {
  const set = (/** @type {string} */ name) => [name, `${name}_FILE`].filter((twin) => environment[twin]);
  return [
    ...set('DATABASE_URL').map(
      (name) => `${name} is one database: set ${Object.values(DATABASES).join(', ')}.`,
    ),
    ...set('TLS_CERT').map(
      (name) =>
        `${name}: for TLS between the processes start each of them yourself, as docs/gateway.md shows.`,
    ),
  ];
}

/**
 * @param {Environment} environment
 * @param {string[]} mistakes gets those that there are
 * @returns {Config | undefined}
 */
function loaded(environment, mistakes) {
  try {
    return loadConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    mistakes.push(...error.mistakes);
    return undefined;
  }
}

/**
 * @param {ProcessName} name
 * @returns {Environment} what belongs to another process, blank
 */
function withheldFrom(name) {
  const secrets = Object.entries(OWNERS).filter(([, owners]) => !owners.includes(name));
  return blank([...secrets.map(([secret]) => secret), ...Object.values(DATABASES)]);
}

/**
 * @param {ProcessName} name
 * @param {Environment} environment
 * @returns {Environment}
 */
function databaseOf(name, environment) {
  const url = environment[DATABASES[name]];
  return url ? { DATABASE_URL: url } : {};
}

/**
 * @param {ProcessName} name
 * @param {Config} config
 */
function dataDirOf(name, { database: { dataDir } }) {
  return dataDir === IN_MEMORY ? dataDir : join(dataDir, name);
}

/** @param {Config} config */
function corsOriginsOf({ server: { port, production, corsOrigins } }) {
  if (production) return corsOrigins;
  // The other two processes' pages of documentation call the gateway.
  const [, ...others] = portsFrom(port);
  const pages = ['localhost', LOOPBACK].flatMap((host) => others.map((at) => `http://${host}:${at}`));
  return [...corsOrigins, ...pages];
}

/**
 * @param {string[]} names
 * @returns {Environment}
 */
function blank(names) {
  return Object.fromEntries(names.map((name) => [name, '']));
}

/**
 * These variables, and no file in place of one.
 * @param {Environment} variables
 * @returns {Environment}
 */
function withoutFiles(variables) {
  return { ...variables, ...blank(Object.keys(variables).map((name) => `${name}_FILE`)) };
}
