import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds usernames that differ in the dots of i alone. Independent of the locale: the names are canonical already. */
export class DotlessUsernames1764583218033 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX users_by_dotless_username ON users (translate(canonical_username, '\u0131\u0307', 'i'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX users_by_dotless_username');
  }
}
