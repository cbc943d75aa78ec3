import { isIP } from 'node:net';
import { BootstrapConfig, readBootstrap } from './bootstrap.js';
import { readInsecure } from './cleartext.js';
import { DatabaseConfig, readDatabase } from './database.js';
import { readCorsAllowedHeaders } from './cors.js';
import { DirectoryConfig, readDirectory } from './directory.js';
import { ConfigurationError, type Environment, EnvironmentReader } from './environment.js';
import { GatewayConfig, readGateway } from './gateway.js';
import { HashingConfig, readHashing } from './hashing.js';
import { HttpConfig, readHttp } from './http.js';
import { InternalConfig, readInternal } from './internal.js';
import { readAddressRanges } from './ip-address.js';
import { isHostName, isLoopbackHost, isOrigin, readOriginOfTrust } from './origins.js';
import { RedisConfig, readRedis } from './redis.js';
import { RolesConfig, readRoles } from './roles.js';
import { demandStrength } from './secret-strength.js';
import { type StartupConfig, readStartup } from './startup.js';
import { TlsConfig, readTls } from './tls.js';
import { TokenConfig, readTokens } from './tokens.js';

export {
  BootstrapConfig,
  DatabaseConfig,
  DirectoryConfig,
  GatewayConfig,
  HashingConfig,
  HttpConfig,
  InternalConfig,
  RedisConfig,
  RolesConfig,
  TlsConfig,
  TokenConfig,
};

/** As `DATA_DIR`: nothing is kept, the database ends with the process. */
export const IN_MEMORY = 'memory://';

const ENVIRONMENTS = ['development', 'test', 'production'] as const;
const LOG_LEVELS = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** How the process listens and presents itself. */
export class ServerConfig {
  host: string;
  port: number;
  production: boolean;
  /** The one issuer string, in tokens, metadata and links alike; never taken from a request. RFC 8414 §2. */
  issuer: string;
  /** Host names that requests may name, in lower case; `*` for any. Addresses always may. RFC 9110 §7.4. */
  allowedHosts: readonly string[];
  /** Addresses or CIDR ranges whose X-Forwarded-* headers count. */
  trustedProxies: readonly string[];
  /** Web origins that may call on behalf of every client. */
  corsOrigins: readonly string[];
  /** Names of headers that pages may send besides those that every page may. */
  corsAllowedHeaders: readonly string[];
  /** Whether /docs and /docs-json are served. */
  docs: boolean;
  logLevel: (typeof LOG_LEVELS)[number];
  /** TLS of this process's own; without a certificate it ends at a proxy. */
  tls: TlsConfig | undefined;
}

/** How private keys are encrypted at rest. */
export class EncryptionConfig {
  /** 32 bytes; undefined means a key made on first start and kept in `dataDir`. */
  key: Buffer | undefined;
  dataDir: string;
}

export interface Config {
  roles: RolesConfig;
  server: ServerConfig;
  http: HttpConfig;
  database: DatabaseConfig;
  tokens: TokenConfig;
  encryption: EncryptionConfig;
  bootstrap: BootstrapConfig;
  internal: InternalConfig;
  directory: DirectoryConfig;
  gateway: GatewayConfig;
  redis: RedisConfig;
  startup: StartupConfig;
  hashing: HashingConfig;
}

/**
 * Reads the whole environment once. The groups are frozen: nothing changes after start.
 * @throws ConfigurationError naming every mistake
 */
export function loadConfig(environment: Environment): Config {
  const { config, mistakes } = readConfig(environment);
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return config;
}

/** The same with its mistakes, for a start that reports all mistakes in one list. */
export function readConfig(environment: Environment): { config: Config; mistakes: readonly string[] } {
  const read = new EnvironmentReader(environment);
  const production = read.choice('NODE_ENV', 'development', ENVIRONMENTS) === 'production';
  const port = read.integer('PORT', 3000, { from: 1, to: 65_535 });
  const roles = readRoles(read);
  const internal = readInternal(read, roles, production);
  const tls = readTls(read);
  const ownOrigin = `${tls === undefined ? 'http' : 'https'}://localhost:${port}`;
  // A path would need the path-inserted metadata location of RFC 8414 §3.1; an origin is all this server needs.
  const issuer = readOriginOfTrust(read, 'ISSUER', production) ?? internal.gatewayUrl ?? ownOrigin;
  const directory = readDirectory(read, roles, production);
  const tokens = readTokens(read, issuer);
  const dataDir = read.text('DATA_DIR') ?? './data';
  const config: Config = {
    roles,
    server: {
      host: readHost(read, production),
      port,
      production,
      issuer,
      allowedHosts: readAllowedHosts(read, [issuer, tokens.audience]),
      trustedProxies: readAddressRanges(read, 'TRUSTED_PROXIES'),
      corsOrigins: read.list('CORS_ORIGINS', isOrigin, 'origins such as https://app.example'),
      corsAllowedHeaders: readCorsAllowedHeaders(read),
      docs: read.choice('DOCS', production ? 'off' : 'on', ['on', 'off']) === 'on',
      logLevel: read.choice('LOG_LEVEL', 'info', LOG_LEVELS),
      tls,
    },
    http: readHttp(read),
    database: readDatabase(read, dataDir, production),
    tokens,
    encryption: { key: readEncryptionKey(read, roles, production), dataDir },
    bootstrap: readBootstrap(read, production),
    internal,
    directory,
    gateway: readGateway(read, roles, tokens, directory, production),
    redis: readRedis(read, production),
    startup: readStartup(read),
    hashing: readHashing(read),
  };
  return { config: deepFreeze(config), mistakes: read.mistakes };
}

function readHost(read: EnvironmentReader, production: boolean): string {
  const host = read.text('HOST') ?? '127.0.0.1';
  const isAllowed = readInsecure(read, 'HOST') || production;
  const isUsable = isIP(host) !== 0 || isHostName(host);
  read.demand(isUsable, 'HOST must be an IP address or a host name to listen on.');
  read.demand(
    !isUsable || isAllowed || isLoopbackHost(host) || host === '::1',
    'HOST can be reached by other machines, and without NODE_ENV=production passwords and tokens may cross the network ' +
      'in clear. Accept that with HOST_INSECURE=allow.',
  );
  return host;
}

/** What the variable names, and what needs no naming: the hosts of the given origins, and this machine. */
function readAllowedHosts(read: EnvironmentReader, origins: readonly string[]): string[] {
  const isEntry = (entry: string): boolean => entry === '*' || isHostName(entry);
  const named = read.list('ALLOWED_HOSTS', isEntry, 'host names without a port, or *');
  const known = origins.filter(isOrigin).map((origin) => new URL(origin).hostname);
  return [...new Set(['localhost', ...known, ...named.map((name) => name.toLowerCase())])];
}

function readEncryptionKey(
  read: EnvironmentReader,
  { oauth }: RolesConfig,
  production: boolean,
): Buffer | undefined {
  const text = read.text('ENCRYPTION_KEY');
  if (text === undefined) {
    read.demand(
      !(production && oauth),
      'ENCRYPTION_KEY must be set in production: 32 random bytes in base64 or hex (openssl rand -hex 32).',
    );
    return undefined;
  }
  const isHex = /^[0-9a-fA-F]{64}$/.test(text);
  const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(text);
  read.demand(isHex || isBase64, 'ENCRYPTION_KEY must be 32 bytes in base64, base64url or hex.');
  if (production && (isHex || isBase64)) demandStrength(read, 'ENCRYPTION_KEY', text);
  return Buffer.from(text, isHex ? 'hex' : 'base64');
}

/** All of it but the bytes of a key, which cannot be frozen. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
