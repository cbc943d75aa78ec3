import { describe, expect, it } from 'vitest';
import { EXPENSIVE_LANE, ExpensiveLane, HashingLanes, MAX_PLACES_OF_A_NAME } from './hashing-lanes.js';
import { HashingQueue, HashingQueueFull } from './hashing-queue.js';
import type { PasswordHash } from './schemes/password-scheme.js';

const aHash = (cost: number): PasswordHash => ({
  text: '',
  scheme: 'bcrypt',
  cost,
  verify: async () => false,
});
const EXPENSIVE = aHash(4);

/** Lanes with work that stays where it is until it is let go. */
function someLanes() {
  const lanes = new HashingLanes(new HashingQueue({ slots: 1, waiting: 100 }), new ExpensiveLane());
  const { promise, resolve } = Promise.withResolvers<string>();
  const check = (
    name: string,
    { hash = EXPENSIVE, signal }: { hash?: PasswordHash; signal?: AbortSignal } = {},
  ) => lanes.runFor(hash, () => promise, { name, signal });
  return { lanes, check, letGo: () => resolve('done') };
}

describe('the lane of expensive hashes', () => {
  it('has two places for one name, so that guesses at it leave room for every other name', async () => {
    const { check, letGo } = someLanes();
    const guesses = Array.from({ length: 33 }, () => check('guessed'));
    const others = Array.from({ length: 20 }, (_, i) => check(`other-${i}`));
    letGo();
    const settled = await Promise.allSettled(guesses);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(MAX_PLACES_OF_A_NAME);
    for (const refused of settled.slice(MAX_PLACES_OF_A_NAME)) {
      expect(refused).toMatchObject({ reason: expect.any(HashingQueueFull) });
      expect(refused).toMatchObject({ reason: { retryAfter: expect.any(Number) } });
    }
    await expect(Promise.all(others)).resolves.toHaveLength(20);
  });

  it('has places for a name again after the work is done, failed, or was left', async () => {
    const { lanes, check, letGo } = someLanes();
    const running = check('alice');
    const gone = new AbortController();
    const waiting = check('alice', { signal: gone.signal });
    await expect(check('alice')).rejects.toThrow(HashingQueueFull);
    gone.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    const next = check('alice');
    letGo();
    await Promise.all([running, next]);
    const failing = () =>
      lanes.runFor(EXPENSIVE, () => Promise.reject(new Error('damaged')), { name: 'alice' });
    for (let i = 0; i < 5; i++) await expect(failing()).rejects.toThrow('damaged');
    await expect(Promise.all([check('alice'), check('alice')])).resolves.toHaveLength(2);
  });

  it('keeps a name no longer than its work, and none that found the lane full', async () => {
    const { lanes, check, letGo } = someLanes();
    const { slots, waiting } = EXPENSIVE_LANE;
    const all = Array.from({ length: 1000 }, (_, i) => check(`name-${i}`));
    const settling = Promise.allSettled(all);
    letGo();
    const admitted = (await settling).filter(({ status }) => status === 'fulfilled');
    expect(admitted).toHaveLength(slots + waiting);
    expect(Reflect.get(Reflect.get(lanes, 'expensive') as object, 'places')).toEqual(new Map());
  });

  it('alone counts the places of a name', async () => {
    const { check, letGo } = someLanes();
    const checks = Array.from({ length: 10 }, () => check('alice', { hash: aHash(1) }));
    letGo();
    await expect(Promise.all(checks)).resolves.toHaveLength(10);
  });
});
