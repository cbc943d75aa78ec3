import type { Database } from '../../../platform/database/database.js';

/** Rows that one statement of the housekeeping deletes; a grant takes its tokens with it. */
export const BATCH = 200;

/**
 * Repeats a DELETE of at most BATCH rows until it returns none: one statement over a large table would run into the
 * statement timeout, and do so every time.
 * @param statement takes `moment` as $1, and returns what it deleted
 * @param stopping once aborted, no further batch is deleted
 */
export async function deleteInBatches(
  database: Database,
  name: string,
  statement: string,
  moment: Date,
  stopping?: AbortSignal,
): Promise<void> {
  for (;;) {
    if (stopping?.aborted) return;
    if ((await database.query(name, statement, [moment])).length === 0) return;
  }
}
