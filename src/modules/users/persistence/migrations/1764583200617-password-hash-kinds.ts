import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the kinds of password hashes in use without reading every user. */
export class PasswordHashKinds1764583200617 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(String.raw`
      CREATE INDEX users_password_hash_kind ON users (
        (substring(password_hash from '^((?:bcrypt_sha256\$|\$wp)?\$2[aby]\$\d\d|\$7\$.{11}|.*(?=\$[^$]*\$[^$]*$))'))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX users_password_hash_kind');
  }
}
