import { demandPrivacy, hostOfPostgresUrl, isPrivatePostgresUrl } from './cleartext.js';
import type { EnvironmentReader } from './environment.js';

const POOLERS = ['session', 'transaction'] as const;

export class DatabaseConfig {
  /** PostgreSQL connection URL; undefined means the embedded database in `dataDir`. */
  url: string | undefined;
  dataDir: string;
  /** Connections this process may open to PostgreSQL. */
  poolSize: number;
  /**
   * For how long a pooler such as PgBouncer gives this process one connection of the server: `transaction` forbids
   * everything that outlives a transaction. `session` covers a pooler in session mode, and none at all.
   */
  pooler: (typeof POOLERS)[number];
}

export function readDatabase(read: EnvironmentReader, dataDir: string, production: boolean): DatabaseConfig {
  return {
    url: readDatabaseUrl(read, production),
    dataDir,
    poolSize: read.integer('DATABASE_POOL_SIZE', 10, { from: 2, to: 1000 }),
    pooler: read.choice('DATABASE_POOLER', 'session', POOLERS),
  };
}

function readDatabaseUrl(read: EnvironmentReader, production: boolean): string | undefined {
  const url = read.text('DATABASE_URL');
  const isUrl = url !== undefined && /^postgres(ql)?:\/\//.test(url) && URL.canParse(url);
  read.demand(url === undefined || isUrl, 'DATABASE_URL must be a postgres:// or postgresql:// URL.');
  read.demand(
    !isUrl || hostOfPostgresUrl(url) !== '',
    'DATABASE_URL must name a host, or the directory of a socket (?host=/var/run/postgresql): without one, PGHOST would count.',
  );
  demandPrivacy(read, 'DATABASE_URL', {
    production,
    isPrivate: isPrivatePostgresUrl(url),
    instead: '?sslmode=verify-full',
  });
  return url;
}
