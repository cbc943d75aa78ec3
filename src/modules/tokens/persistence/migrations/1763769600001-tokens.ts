import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Tokens1763769600001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE signing_keys (
        kid text PRIMARY KEY,
        algorithm text NOT NULL,
        public_jwk jsonb NOT NULL,
        sealed_private_key bytea NOT NULL,
        created_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE UNIQUE INDEX signing_keys_one_of_algorithm ON signing_keys (algorithm)');

    await runner.query(`
      CREATE TABLE grants (
        id uuid PRIMARY KEY,
        subject text NOT NULL,
        client_id text NOT NULL,
        scope text[] NOT NULL,
        auth_time timestamptz NOT NULL,
        amr text[] NOT NULL,
        credentials_version text,
        ip text,
        user_agent text,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        end_reason text
      )`);
    await runner.query('CREATE INDEX grants_live_by_subject ON grants (subject) WHERE ended_at IS NULL');
    await runner.query('CREATE INDEX grants_live_by_client ON grants (client_id) WHERE ended_at IS NULL');
    await runner.query(
      'CREATE UNIQUE INDEX grants_one_live_of_client ON grants (client_id) WHERE ended_at IS NULL AND subject = client_id',
    );
    await runner.query('CREATE INDEX grants_by_expiry ON grants (expires_at)');
    await runner.query('CREATE INDEX grants_by_end ON grants (ended_at) WHERE ended_at IS NOT NULL');

    await runner.query(`
      CREATE TABLE refresh_tokens (
        hash bytea PRIMARY KEY,
        grant_id uuid NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        successor_hash bytea,
        successor_sealed bytea
      )`);
    await runner.query('CREATE INDEX refresh_tokens_by_grant ON refresh_tokens (grant_id)');

    await runner.query(`
      CREATE TABLE revoked_access_tokens (
        jti text PRIMARY KEY,
        expires_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX revoked_access_tokens_by_expiry ON revoked_access_tokens (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE revoked_access_tokens, refresh_tokens, grants, signing_keys');
  }
}
