import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DetailsAndOpaqueTokens1764028800001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE grants ADD COLUMN details jsonb NOT NULL DEFAULT '{}'`);
    await runner.query(`
      CREATE TABLE opaque_access_tokens (
        hash bytea PRIMARY KEY,
        grant_id uuid NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
        scope text[] NOT NULL,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX opaque_access_tokens_by_grant ON opaque_access_tokens (grant_id)');
    await runner.query('CREATE INDEX opaque_access_tokens_by_expiry ON opaque_access_tokens (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE opaque_access_tokens');
    await runner.query('ALTER TABLE grants DROP COLUMN details');
  }
}
