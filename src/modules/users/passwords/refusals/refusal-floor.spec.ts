import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PasswordHash } from '../schemes/password-scheme.js';
import { RefusalFloor } from './refusal-floor.js';

const aHash = (scheme: string, cost: number): PasswordHash => ({
  text: scheme,
  scheme,
  cost,
  verify: async () => false,
});

/** A floor that has seen each of these hashes take the same time again and again, so that it varies no more. */
function aFloor(...durations: [PasswordHash, number][]): RefusalFloor {
  const floor = new RefusalFloor();
  for (const [hash] of durations) floor.include(hash);
  for (const [hash, ms] of durations) for (let i = 0; i < 100; i++) floor.record(hash, ms);
  return floor;
}

describe('the floor of refusals', () => {
  it('is the time of the hash that takes longest, whatever it is estimated to cost', () => {
    const floor = aFloor([aHash('argon2id', 3), 50], [aHash('bcrypt', 1), 120], [aHash('scrypt', 2), 80]);
    expect(floor.milliseconds).toBeCloseTo(120, 3);
  });

  it('is above what varies, so that nearly every comparison is done by then', () => {
    const hash = aHash('bcrypt', 2);
    const floor = aFloor([hash, 100]);
    for (let i = 0; i < 100; i++) floor.record(hash, i % 2 ? 90 : 110);
    expect(floor.milliseconds).toBeGreaterThan(110);
    expect(floor.milliseconds).toBeLessThan(200);
  });

  it('is nothing before anything was measured', () => {
    expect(new RefusalFloor().milliseconds).toBe(0);
  });

  it('follows the most expensive hash of a scheme alone', () => {
    const [cheap, expensive] = [aHash('bcrypt', 1), aHash('bcrypt', 4)];
    const floor = aFloor([expensive, 200]);
    floor.include(cheap);
    for (let i = 0; i < 100; i++) floor.record(cheap, 50);
    expect(floor.milliseconds).toBeCloseTo(200, 3);
  });

  it('rises with an import, and falls when nobody has such a hash any more', () => {
    const [kept, imported] = [aHash('argon2id', 1), aHash('bcrypt', 4)];
    const floor = new RefusalFloor();
    floor.keep(kept);
    floor.include(imported);
    for (let i = 0; i < 100; i++) {
      floor.record(kept, 20);
      floor.record(imported, 160);
    }
    expect(floor.milliseconds).toBeCloseTo(160, 3);
    floor.watch([imported]);
    expect(floor.milliseconds).toBeCloseTo(160, 3);
    floor.watch([]);
    expect(floor.milliseconds).toBeCloseTo(20, 3);
    expect(floor.hashes).toEqual([]);
  });

  it('keeps the estimate of a scheme until its new most expensive hash is measured', () => {
    const [old, imported, cheaper] = [aHash('bcrypt', 2), aHash('bcrypt', 4), aHash('bcrypt', 1)];
    const floor = aFloor([old, 100]);
    floor.watch([old, imported]);
    expect(floor.milliseconds).toBeCloseTo(100, 3);
    floor.watch([old, imported]);
    expect(floor.milliseconds).toBeCloseTo(100, 3);
    floor.record(imported, 200);
    expect(floor.milliseconds).toBeGreaterThanOrEqual(200);
    floor.watch([cheaper]);
    expect(floor.milliseconds).toBeGreaterThanOrEqual(200);
    floor.record(cheaper, 50);
    expect(floor.milliseconds).toBeLessThan(100);
  });

  it('rises at once with a hash that was measured before it was included', () => {
    const floor = aFloor([aHash('bcrypt', 2), 100]);
    floor.include(aHash('bcrypt', 4), 200);
    expect(floor.milliseconds).toBeGreaterThanOrEqual(200);
  });

  describe('holds a refusal back', () => {
    beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
    afterEach(() => vi.useRealTimers());

    it('until it is reached, counted from the start of the check', async () => {
      const floor = aFloor([aHash('bcrypt', 4), 100]);
      const began = performance.now();
      vi.advanceTimersByTime(60);
      let refused = false;
      const waiting = floor.reached(began).then(() => (refused = true));
      await vi.advanceTimersByTimeAsync(39);
      expect(refused).toBe(false);
      await vi.advanceTimersByTimeAsync(2);
      expect(refused).toBe(true);
      await waiting;
    });

    it('no longer when the check itself took so long', async () => {
      const floor = aFloor([aHash('bcrypt', 4), 100]);
      const began = performance.now();
      vi.advanceTimersByTime(150);
      await floor.reached(began);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('no longer when the caller has gone', async () => {
      const floor = aFloor([aHash('bcrypt', 4), 100]);
      const gone = new AbortController();
      const waiting = floor.reached(performance.now(), gone.signal);
      gone.abort(new Error('gone'));
      await expect(waiting).rejects.toThrow('gone');
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
