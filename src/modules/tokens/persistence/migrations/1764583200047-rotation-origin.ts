import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RotationOrigin1764583200047 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE refresh_tokens
        ADD COLUMN rotation_network text,
        ADD COLUMN rotation_user_agent bytea,
        ADD COLUMN rotation_repeats integer NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE refresh_tokens
        DROP COLUMN rotation_network,
        DROP COLUMN rotation_user_agent,
        DROP COLUMN rotation_repeats`);
  }
}
