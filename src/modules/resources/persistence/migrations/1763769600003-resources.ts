import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Resources1763769600003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE resources (
        id uuid PRIMARY KEY,
        owner text NOT NULL,
        title text NOT NULL,
        body json NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX resources_by_owner ON resources (owner, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE resources');
  }
}
