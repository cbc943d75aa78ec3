import type { Pool, PoolClient } from 'pg';
import type { DatabaseConfig } from '../../config/config.js';

/** PostgreSQL 15, as the server itself counts. */
const MIN_SERVER_VERSION = 150_000;

/** How often two connections compare which backend process serves them. */
const ROUNDS = 3;

interface ServerSettings {
  version: number;
  encoding: string;
  isolation: string;
  commit: string;
  dates: string;
}

/** Why a PostgreSQL server cannot serve as this process's database; nothing is written. Names no part of the URL. */
export async function serverMistakes(pool: Pool, pooler: DatabaseConfig['pooler']): Promise<string[]> {
  const { rows } = await pool.query<ServerSettings>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
            current_setting('default_transaction_isolation') AS isolation,
            current_setting('synchronous_commit') AS commit, current_setting('DateStyle') AS dates`,
  );
  const settings = rows[0]!;
  return [
    ...serverKindMistakes(settings),
    ...(pooler === 'transaction' ? roleDefaultMistakes(settings) : await poolerMistakes(pool)),
  ];
}

function serverKindMistakes({ version, encoding }: ServerSettings): string[] {
  return [
    ...(version < MIN_SERVER_VERSION ? ['DATABASE_URL names a server older than PostgreSQL 15.'] : []),
    ...(encoding === 'UTF8'
      ? []
      : [
          `DATABASE_URL names a database with the encoding ${encoding}. It must be UTF8: ` +
            "CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
        ]),
  ];
}

/** What a session would set, and what in transaction mode the role's defaults must provide. */
function roleDefaultMistakes({ isolation, commit, dates }: ServerSettings): string[] {
  const wrong = [
    ...(isolation === 'read committed' ? [] : [`default_transaction_isolation = 'read committed'`]),
    ...(commit === 'off' ? ['synchronous_commit = on'] : []),
    ...(dates.startsWith('ISO') ? [] : [`datestyle = 'ISO, MDY'`]),
  ];
  return wrong.map(
    (setting) =>
      `DATABASE_POOLER is transaction, so the role of DATABASE_URL needs: ALTER ROLE … SET ${setting}; ` +
      'then let the pooler reconnect.',
  );
}

async function poolerMistakes(pool: Pool): Promise<string[]> {
  return (await sharesConnections(pool))
    ? [
        'DATABASE_URL leads to a pooler in transaction mode: set DATABASE_POOLER=transaction, ' +
          'or give this process a pool in session mode.',
      ]
    : [];
}

/**
 * Whether a pooler gives one connection of the server to several clients. A pooler makes up its own process ids for
 * its clients, so a connection without a pooler is recognised by its first id, and nothing else is asked.
 */
async function sharesConnections(pool: Pool): Promise<boolean> {
  const first = await pool.connect();
  try {
    if ((await backendOf(first)) === (first as unknown as { processID: number }).processID) return false;
    const second = await pool.connect();
    try {
      return await meet(first, second);
    } finally {
      second.release();
    }
  } finally {
    first.release();
  }
}

async function meet(first: PoolClient, second: PoolClient): Promise<boolean> {
  const seen = { first: new Set<number>(), second: new Set<number>() };
  for (let round = 0; round < ROUNDS; round += 1) {
    seen.first.add(await backendOf(first));
    seen.second.add(await backendOf(second));
  }
  return seen.first.size > 1 || seen.second.size > 1 || [...seen.first].some((pid) => seen.second.has(pid));
}

async function backendOf(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]!.pid;
}
