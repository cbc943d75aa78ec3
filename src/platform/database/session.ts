import type { ClientBase } from 'pg';
import type { DatabaseConfig } from '../../config/config.js';
import { endWhenSilent } from './silence.js';

export const STATEMENT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000;

/**
 * How values come back as text. A database or a role may have other defaults (`ALTER DATABASE … SET datestyle`), which
 * node-postgres cannot parse. PgBouncer restores these four for each of its clients, so they hold in transaction mode too.
 * PgBouncer manual, “pool_mode”.
 */
const TEXT_FORMATS = {
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
};

/** What else the code relies on. No pooler keeps these beyond a transaction: see `roleDefaultMistakes`. */
const SESSION_SETTINGS = {
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  default_transaction_isolation: 'read committed',
  statement_timeout: String(STATEMENT_TIMEOUT_MS),
  lock_timeout: '0',
  idle_in_transaction_session_timeout: String(STATEMENT_TIMEOUT_MS),
};

/**
 * A server may be set up to confirm a commit before it is on its disk, and lose it in a crash: a token would be valid
 * again after its revocation was confirmed to the client. Stricter settings than `on` stay. PostgreSQL manual,
 * “Asynchronous Commit”.
 */
const COMMIT_DURABLY = `set_config('synchronous_commit',
  CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)`;

const PREPARATIONS: Record<DatabaseConfig['pooler'], string> = {
  session: selectOf([...settingsOf({ ...TEXT_FORMATS, ...SESSION_SETTINGS }), COMMIT_DURABLY]),
  transaction: selectOf(settingsOf(TEXT_FORMATS)),
};

/** Sets up a new connection, in one statement: PgBouncer refuses most of this as parameters of the start-up message. */
export async function prepareSession(client: ClientBase, pooler: DatabaseConfig['pooler']): Promise<void> {
  endWhenSilent(client, SILENCE_TIMEOUT_MS);
  await client.query(PREPARATIONS[pooler]);
}

function settingsOf(settings: Record<string, string>): string[] {
  return Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', false)`);
}

function selectOf(expressions: readonly string[]): string {
  return `SELECT ${expressions.join(', ')}`;
}
