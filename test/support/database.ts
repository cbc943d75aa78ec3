import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  /** Undefined for the embedded database. */
  url: string | undefined;
  drop(): Promise<void>;
}

/** The server that `TEST_DATABASE_URL` names; without it, end-to-end tests run on the embedded database. */
export const SERVER_URL = process.env.TEST_DATABASE_URL;

/** A database of its own for a test, empty: on the server where there is one, otherwise in memory. */
export async function aDatabase(): Promise<TestDatabase> {
  if (SERVER_URL === undefined) return { url: undefined, drop: async () => undefined };
  const name = `grantway_test_${randomBytes(8).toString('hex')}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(SERVER_URL);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(`DROP DATABASE ${name} WITH (FORCE)`) };
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: SERVER_URL });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
