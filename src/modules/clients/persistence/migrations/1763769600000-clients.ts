import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Clients1763769600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE clients (
        client_id text PRIMARY KEY,
        client_name text NOT NULL,
        status text NOT NULL,
        first_party boolean NOT NULL,
        token_endpoint_auth_method text,
        grant_types text[] NOT NULL,
        scope text[] NOT NULL,
        default_scope text[] NOT NULL,
        audiences text[] NOT NULL,
        allowed_origins text[] NOT NULL,
        access_token_signing_alg text NOT NULL,
        access_token_ttl integer,
        refresh_token_ttl integer,
        grant_ttl integer,
        refresh_leeway integer,
        secret_hash bytea,
        previous_secret_hash bytea,
        previous_secret_expires_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE clients');
  }
}
