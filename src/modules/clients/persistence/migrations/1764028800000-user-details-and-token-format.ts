import type { MigrationInterface, QueryRunner } from 'typeorm';

export class UserDetailsAndTokenFormat1764028800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE clients
        ADD COLUMN user_details jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN access_token_format text NOT NULL DEFAULT 'jwt'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE clients DROP COLUMN user_details, DROP COLUMN access_token_format');
  }
}
