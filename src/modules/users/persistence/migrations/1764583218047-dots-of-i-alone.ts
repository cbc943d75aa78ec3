import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The index before this one dropped the dot above every letter, so that a name with q̇ was found as one with q. */
export class DotsOfIAlone1764583218047 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX users_by_dotless_username');
    await runner.query(
      `CREATE INDEX users_by_dotless_username
       ON users (replace(replace(canonical_username, 'i\u0307', 'i'), '\u0131', 'i'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX users_by_dotless_username');
    await runner.query(
      `CREATE INDEX users_by_dotless_username ON users (translate(canonical_username, '\u0131\u0307', 'i'))`,
    );
  }
}
