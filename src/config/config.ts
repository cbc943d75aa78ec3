import { isIP } from 'node:net';
import { isAddressRange } from './address-ranges.js';
import { BootstrapConfig, readBootstrap } from './bootstrap.js';
import { type Environment, EnvironmentReader } from './environment.js';
import { isHostName, isLoopbackHost, isOrigin } from './origins.js';
import { RolesConfig, readRoles } from './roles.js';
import { TlsConfig, readTls } from './tls.js';
import {
  DirectoryConfig,
  GatewayConfig,
  InternalConfig,
  RedisConfig,
  readDirectory,
  readGateway,
  readInternal,
  readRedis,
} from './topology.js';

export {
  BootstrapConfig,
  DirectoryConfig,
  GatewayConfig,
  InternalConfig,
  RedisConfig,
  RolesConfig,
  TlsConfig,
};

/** As `DATA_DIR`: nothing is kept, the database ends with the process. */
export const IN_MEMORY = 'memory://';

const DAY = 24 * 60 * 60;
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
  /** Whether /docs and /docs-json are served. */
  docs: boolean;
  logLevel: (typeof LOG_LEVELS)[number];
  /** TLS of this process's own; without a certificate it ends at a proxy. */
  tls: TlsConfig | undefined;
}

export class DatabaseConfig {
  /** PostgreSQL connection URL; undefined means the embedded database in `dataDir`. */
  url: string | undefined;
  dataDir: string;
  /** Connections this process may open to PostgreSQL. */
  poolSize: number;
}

/** Lifetimes in seconds. */
export class TokenConfig {
  issuer: string;
  audience: string;
  accessTokenTtl: number;
  /** Idle: how long a refresh token may stay unused. */
  refreshTokenTtl: number;
  /** Absolute: how long one sign-in lasts however often it is refreshed. */
  grantTtl: number;
  refreshLeeway: number;
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
  database: DatabaseConfig;
  tokens: TokenConfig;
  encryption: EncryptionConfig;
  bootstrap: BootstrapConfig;
  internal: InternalConfig;
  directory: DirectoryConfig;
  gateway: GatewayConfig;
  redis: RedisConfig;
}

/**
 * Reads the whole environment once. The groups are frozen: nothing changes after start.
 * @throws ConfigurationError naming every mistake
 */
export function loadConfig(environment: Environment): Config {
  const read = new EnvironmentReader(environment);
  const production = environment.NODE_ENV === 'production';
  const port = read.integer('PORT', 3000, { from: 1, to: 65_535 });
  const roles = readRoles(read);
  const internal = readInternal(read, roles, production);
  const tls = readTls(read);
  const ownOrigin = `${tls === undefined ? 'http' : 'https'}://localhost:${port}`;
  const issuer = readIssuer(read, internal.gatewayUrl ?? ownOrigin, production);
  const audience = readAudience(read, issuer);
  const directory = readDirectory(read, roles, production);
  const dataDir = read.text('DATA_DIR') ?? './data';
  const config: Config = {
    roles,
    server: {
      host: readHost(read),
      port,
      production,
      issuer,
      allowedHosts: readAllowedHosts(read, [issuer, audience]),
      trustedProxies: read.list('TRUSTED_PROXIES', isAddressRange, 'IP addresses or CIDR ranges'),
      corsOrigins: read.list('CORS_ORIGINS', isOrigin, 'origins such as https://app.example'),
      docs: read.choice('DOCS', production ? 'off' : 'on', ['on', 'off']) === 'on',
      logLevel: read.choice('LOG_LEVEL', 'info', LOG_LEVELS),
      tls,
    },
    database: {
      url: readDatabaseUrl(read),
      dataDir,
      poolSize: read.integer('DATABASE_POOL_SIZE', 10, { from: 2, to: 1000 }),
    },
    tokens: {
      issuer,
      audience,
      accessTokenTtl: read.integer('ACCESS_TOKEN_TTL', 300, { from: 1, to: 3600 }),
      refreshTokenTtl: read.integer('REFRESH_TOKEN_TTL', 14 * DAY, { from: 1, to: 30 * DAY }),
      grantTtl: read.integer('GRANT_TTL', 30 * DAY, { from: 1, to: 30 * DAY }),
      refreshLeeway: read.integer('REFRESH_LEEWAY', 10, { from: 0, to: 60 }),
    },
    encryption: { key: readEncryptionKey(read, production && roles.oauth), dataDir },
    bootstrap: readBootstrap(read, production),
    internal,
    directory,
    gateway: readGateway(read, roles, { issuer, audience, directory }),
    redis: readRedis(read),
  };
  read.finish();
  return deepFreeze(config);
}

function readHost(read: EnvironmentReader): string {
  const host = read.text('HOST') ?? '127.0.0.1';
  read.demand(
    isIP(host) !== 0 || isHostName(host),
    'HOST must be an IP address or a host name to listen on.',
  );
  return host;
}

function readIssuer(read: EnvironmentReader, fallback: string, production: boolean): string {
  const issuer = read.text('ISSUER') ?? fallback;
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined;
  // A path would need the path-inserted metadata location of RFC 8414 §3.1; an origin is all this server needs.
  const isPlainOrigin = url !== undefined && isOrigin(issuer);
  read.demand(isPlainOrigin, 'ISSUER must be an http or https origin without a path or a trailing slash.');
  if (url && production) {
    read.demand(
      url.protocol === 'https:' || isLoopbackHost(url.hostname),
      'ISSUER must be an https URL in production, unless its host is loopback.',
    );
  }
  return issuer;
}

function readAudience(read: EnvironmentReader, issuer: string): string {
  const audience = read.text('AUDIENCE');
  read.demand(
    audience === undefined || isOrigin(audience),
    'AUDIENCE must be an http or https origin without a path.',
  );
  return audience ?? issuer;
}

/** What the variable names, and what needs no naming: the hosts of the given origins, and this machine. */
function readAllowedHosts(read: EnvironmentReader, origins: readonly string[]): string[] {
  const isEntry = (entry: string): boolean => entry === '*' || isHostName(entry);
  const named = read.list('ALLOWED_HOSTS', isEntry, 'host names without a port, or *');
  const known = origins.filter(isOrigin).map((origin) => new URL(origin).hostname);
  return [...new Set(['localhost', ...known, ...named.map((name) => name.toLowerCase())])];
}

function readDatabaseUrl(read: EnvironmentReader): string | undefined {
  const url = read.text('DATABASE_URL');
  read.demand(
    url === undefined || (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)),
    'DATABASE_URL must be a postgres:// or postgresql:// URL.',
  );
  return url;
}

function readEncryptionKey(read: EnvironmentReader, demanded: boolean): Buffer | undefined {
  const text = read.text('ENCRYPTION_KEY');
  if (text === undefined) {
    read.demand(
      !demanded,
      'ENCRYPTION_KEY must be set in production: 32 random bytes in base64 or hex (openssl rand -hex 32).',
    );
    return undefined;
  }
  const isHex = /^[0-9a-fA-F]{64}$/.test(text);
  const isBase64 = /^[A-Za-z0-9+/_-]{43}=?$/.test(text);
  read.demand(isHex || isBase64, 'ENCRYPTION_KEY must be 32 bytes in base64, base64url or hex.');
  return Buffer.from(text, isHex ? 'hex' : 'base64');
}

function deepFreeze(config: Config): Config {
  for (const group of Object.values(config)) Object.freeze(group);
  return Object.freeze(config);
}
