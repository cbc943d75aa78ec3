import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Several keys of one algorithm, each with the times of its states. Existing keys are active. */
export class SigningKeyStates1764669600060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // An old process inserts keys without these columns, and signs with them at once: hence the default.
    await runner.query(`
      ALTER TABLE signing_keys
        ADD COLUMN active_at timestamptz DEFAULT now(),
        ADD COLUMN retired_at timestamptz,
        ADD COLUMN removed_at timestamptz`);
    await runner.query('UPDATE signing_keys SET active_at = created_at');
    await runner.query('DROP INDEX signing_keys_one_of_algorithm');
  }

  /** Keeps one key of each algorithm: the one that signs, if any. Tokens of the other keys are refused from then on. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM signing_keys WHERE kid NOT IN (
        SELECT DISTINCT ON (algorithm) kid FROM signing_keys
        WHERE (removed_at <= now()) IS NOT TRUE
        ORDER BY algorithm, (retired_at <= now()) IS TRUE, (active_at <= now()) IS NOT TRUE, active_at DESC NULLS LAST
      )`);
    await runner.query(`
      ALTER TABLE signing_keys
        DROP COLUMN active_at,
        DROP COLUMN retired_at,
        DROP COLUMN removed_at`);
    await runner.query('CREATE UNIQUE INDEX signing_keys_one_of_algorithm ON signing_keys (algorithm)');
  }
}
