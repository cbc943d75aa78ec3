import { randomBytes } from 'node:crypto';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  /** Undefined for the embedded database. */
  url: string | undefined;
  /** Of the embedded database; the server's instances keep nothing there. */
  dataDir: string;
  drop(): Promise<void>;
}

/** The server that `TEST_DATABASE_URL` names; without it, end-to-end tests run on the embedded database. */
export const SERVER_URL = process.env.TEST_DATABASE_URL || undefined;

/** A database of its own for a test, empty: on the server where there is one, otherwise embedded. */
export async function aDatabase(): Promise<TestDatabase> {
  return SERVER_URL === undefined ? anEmbeddedDatabase() : aServerDatabase(SERVER_URL);
}

function anEmbeddedDatabase(): TestDatabase {
  const empty = inject('emptyDataDirectory');
  const folder = inject('dataDirectories');
  if (empty === undefined || folder === undefined) {
    return { url: undefined, dataDir: 'memory://', drop: async () => undefined };
  }
  const dataDir = join(folder, randomBytes(8).toString('hex'));
  cpSync(empty, dataDir, { recursive: true });
  return { url: undefined, dataDir, drop: async () => rmSync(dataDir, { recursive: true, force: true }) };
}

async function aServerDatabase(server: string): Promise<TestDatabase> {
  const name = `grantway_test_${randomBytes(8).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    dataDir: 'memory://',
    drop: async () => void (await query(server, `DROP DATABASE ${name} WITH (FORCE)`)),
  };
}

/** Asks a database of the server behind the application's back. */
export async function query(url: string, statement: string): Promise<any[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
