import type { MigrationInterface, QueryRunner } from 'typeorm';
import { canonicalUsername } from '../../usernames/canonical-username.js';

const BATCH = 1000;
const SMALLEST_ID = '00000000-0000-0000-0000-000000000000';

/** What `GET /admin/users` finds users by, each with its index. */
export class UserSearch1764583218031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN canonical_name text, ADD COLUMN canonical_email text');
    await fillIn(runner);
    // LIKE finds prefixes in such an index whatever the collation of the database is.
    await runner.query(
      'CREATE INDEX users_by_username_prefix ON users (canonical_username text_pattern_ops)',
    );
    await runner.query('CREATE INDEX users_by_name_prefix ON users (canonical_name text_pattern_ops)');
    await runner.query('CREATE INDEX users_by_email_prefix ON users (canonical_email text_pattern_ops)');
    await runner.query('CREATE INDEX users_by_role ON users USING gin (roles)');
    await runner.query('CREATE INDEX users_by_status ON users (status, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX users_by_status, users_by_role, users_by_username_prefix');
    await runner.query('ALTER TABLE users DROP COLUMN canonical_name, DROP COLUMN canonical_email');
  }
}

/** By this process: what lower() of PostgreSQL does depends on the locale of the database. */
async function fillIn(runner: QueryRunner): Promise<void> {
  for (let after = SMALLEST_ID; ;) {
    const rows: { id: string; name: string | null; email: string | null }[] = await runner.query(
      `SELECT id, name, email FROM users
       WHERE id > $1 AND (name IS NOT NULL OR email IS NOT NULL) ORDER BY id LIMIT ${BATCH}`,
      [after],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    await runner.query(
      `UPDATE users SET canonical_name = found.name, canonical_email = found.email
       FROM unnest($1::uuid[], $2::text[], $3::text[]) AS found (id, name, email)
       WHERE users.id = found.id`,
      [
        rows.map(({ id }) => id),
        rows.map(({ name }) => folded(name)),
        rows.map(({ email }) => folded(email)),
      ],
    );
    after = last.id;
  }
}

function folded(text: string | null): string | null {
  return text === null ? null : canonicalUsername(text);
}
