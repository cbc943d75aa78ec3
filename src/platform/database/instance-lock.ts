import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { AppLogger } from '../logging/logging.module.js';
import { bearSilence } from './silence.js';

/** Keys of advisory locks: one number each, so that two uses never meet by chance. */
const LOCK_KEYS = { migrations: 7_310_001, 'first-start': 7_310_002 } as const;

/** The upper half of the keys of jobs, whose lower half is a digest of the name. */
const JOB_LOCKS = 7_310_003n;

export type JobLock = `job ${string}`;
export type InstanceLock = keyof typeof LOCK_KEYS | JobLock;

/** How often a waiting instance tries again, and how often it logs that it waits. Milliseconds. */
const RETRY_MS = 200;
const REMINDER_MS = 10_000;

/**
 * Runs `work` while no other instance holds the lock. The lock belongs to a transaction: with a pooler, a lock of the
 * session would stay behind on a connection that other clients get. A waiting instance polls instead of blocking,
 * because blocked transactions could take every connection of a pooler away from the instance that works.
 */
export async function withInstanceLock<T>(
  pool: Pool,
  lock: InstanceLock,
  logger: AppLogger,
  work: () => Promise<T>,
): Promise<T> {
  const beganAt = performance.now();
  const waitedMs = (): number => Math.round(performance.now() - beganAt);
  let remindedAt = -Infinity;
  for (;;) {
    const session = await acquire(pool, lock);
    if (session !== undefined) {
      if (remindedAt !== -Infinity) logger.info({ lock, waited_ms: waitedMs() }, 'the lock is free');
      return releasing(session, work);
    }
    if (performance.now() - remindedAt >= REMINDER_MS) {
      remindedAt = performance.now();
      logger.info({ lock, waited_ms: waitedMs() }, 'waiting for a lock that another instance holds');
    }
    await sleep(RETRY_MS);
  }
}

/**
 * Runs `work` unless another instance holds the lock.
 * @returns whether it ran
 */
export async function ifLockIsFree(
  pool: Pool,
  lock: InstanceLock,
  work: () => Promise<void>,
): Promise<boolean> {
  const session = await acquire(pool, lock);
  if (session === undefined) return false;
  await releasing(session, work);
  return true;
}

/** A connection whose transaction holds the lock; undefined when another instance holds it. */
async function acquire(pool: Pool, lock: InstanceLock): Promise<PoolClient | undefined> {
  const session = await pool.connect();
  try {
    // The transaction idles for as long as the work takes, which may be longer than any timeout for statements.
    await session.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0');
    const { rows } = await session.query<{ held: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS held', [
      keyOf(lock),
    ]);
    if (rows[0]?.held) return session;
    await session.query('ROLLBACK');
    session.release();
    return undefined;
  } catch (error) {
    session.release(true);
    throw error;
  }
}

async function releasing<T>(session: PoolClient, work: () => Promise<T>): Promise<T> {
  // A lost session must not end the process: `work` itself then fails and reports the cause.
  session.on('error', () => undefined);
  bearSilence(session);
  try {
    return await work();
  } finally {
    await session.query('COMMIT').catch(() => undefined);
    session.release(true);
  }
}

function keyOf(lock: InstanceLock): string {
  if (lock in LOCK_KEYS) return String(LOCK_KEYS[lock as keyof typeof LOCK_KEYS]);
  const digest = createHash('sha256').update(lock).digest().readUInt32BE();
  return String((JOB_LOCKS << 32n) + BigInt(digest));
}
