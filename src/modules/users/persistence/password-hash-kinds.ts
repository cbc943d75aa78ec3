import type { DataSource } from 'typeorm';
import type { PasswordHashKind } from '../user-store.js';

/**
 * The part of a hash before salt and digest: its scheme and parameters. Exactly the expression of the index
 * `users_password_hash_kind`, so that PostgreSQL uses that.
 */
const KIND = String.raw`substring(password_hash from '^((?:bcrypt_sha256\$|\$wp)?\$2[aby]\$\d\d|\$7\$.{11}|.*(?=\$[^$]*\$[^$]*$))')`;

/** Bounds on the work: more kinds are not looked for, and more users of one kind are not counted. */
const MAX_KINDS = 1000;
const MAX_COUNTED = 100_000;

/** From one kind to the next in the index, instead of a scan of all users. */
const QUERY = `
  WITH RECURSIVE kinds (kind) AS (
    SELECT min(${KIND}) FROM users
    UNION ALL
    SELECT (SELECT min(${KIND}) FROM users WHERE ${KIND} > kinds.kind) FROM kinds WHERE kinds.kind IS NOT NULL
  ),
  counts AS (
    SELECT
      (SELECT password_hash FROM users WHERE ${KIND} = kinds.kind LIMIT 1) AS sample,
      (SELECT count(*) FROM (SELECT FROM users WHERE ${KIND} = kinds.kind LIMIT ${MAX_COUNTED}) AS counted) AS users
    FROM (SELECT kind FROM kinds WHERE kind IS NOT NULL LIMIT ${MAX_KINDS}) AS kinds
  )
  SELECT sample, (users / sum(users) OVER ())::float8 AS share FROM counts WHERE users > 0`;

/** The kinds of password hashes that users have, each with one of its hashes. */
export async function passwordHashKinds(dataSource: DataSource): Promise<PasswordHashKind[]> {
  return dataSource.query<PasswordHashKind[]>(QUERY);
}
