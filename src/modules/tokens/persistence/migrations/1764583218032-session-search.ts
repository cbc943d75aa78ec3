import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions by user and by client, newest first, each page from one range of an index; and the username of a session. */
export class SessionSearch1764583218032 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE grants ADD COLUMN username text');
    await runner.query('DROP INDEX grants_live_by_subject, grants_live_by_client');
    await runner.query('CREATE INDEX grants_live_by_subject ON grants (subject, id) WHERE ended_at IS NULL');
    await runner.query('CREATE INDEX grants_live_by_client ON grants (client_id, id) WHERE ended_at IS NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX grants_live_by_subject, grants_live_by_client');
    await runner.query('CREATE INDEX grants_live_by_subject ON grants (subject) WHERE ended_at IS NULL');
    await runner.query('CREATE INDEX grants_live_by_client ON grants (client_id) WHERE ended_at IS NULL');
    await runner.query('ALTER TABLE grants DROP COLUMN username');
  }
}
