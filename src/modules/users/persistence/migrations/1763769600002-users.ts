import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Users1763769600002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        id uuid PRIMARY KEY,
        username text NOT NULL,
        canonical_username text NOT NULL,
        name text,
        email text,
        email_verified boolean NOT NULL,
        roles text[] NOT NULL,
        status text NOT NULL,
        password_hash text,
        credentials_version text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE UNIQUE INDEX users_canonical_username ON users (canonical_username)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE users');
  }
}
