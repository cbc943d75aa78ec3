import { describe, expect, it } from 'vitest';
import { StoppedClock } from '../../../../test/support/limits.js';
import { SpikeArrests } from './spike-arrests.js';

const THIRTY_A_SECOND = { limitId: 'orders spike', partition: 'route', intervalMs: 1000 / 30 };

function spikeArrests() {
  const clock = new StoppedClock();
  const arrests = new SpikeArrests(clock.read);
  return {
    clock,
    passes: (...slots: (typeof THIRTY_A_SECOND)[]) => arrests.take(slots) === undefined,
    take: arrests.take.bind(arrests),
  };
}

describe('a spike arrest of 30 a second', () => {
  it('lets two through at once and refuses the third, for what is left of 33 ms', () => {
    const { clock, passes, take } = spikeArrests();
    expect(passes(THIRTY_A_SECOND)).toBe(true);
    expect(passes(THIRTY_A_SECOND)).toBe(true);
    clock.nowMs = 10;
    const refused = take([THIRTY_A_SECOND]);
    expect(refused?.slot).toBe(THIRTY_A_SECOND);
    expect(refused?.waitMs).toBeCloseTo(1000 / 30 - 10);
    clock.nowMs = 34;
    expect(passes(THIRTY_A_SECOND)).toBe(true);
    expect(passes(THIRTY_A_SECOND)).toBe(false);
  });

  it('never lets 30 through in a burst and then waits for the next second', () => {
    const { passes } = spikeArrests();
    expect(Array.from({ length: 30 }, () => passes(THIRTY_A_SECOND)).filter(Boolean)).toHaveLength(2);
  });

  it('lets nobody save up the places of a long pause', () => {
    const { clock, passes } = spikeArrests();
    passes(THIRTY_A_SECOND);
    clock.nowMs = 3_600_000;
    expect(Array.from({ length: 30 }, () => passes(THIRTY_A_SECOND)).filter(Boolean)).toHaveLength(2);
  });

  it('holds its rate over a minute, whatever the pressure', () => {
    const { clock, passes } = spikeArrests();
    let passed = 0;
    for (; clock.nowMs < 60_000; clock.nowMs++) if (passes(THIRTY_A_SECOND)) passed += 1;
    expect(passed).toBeGreaterThanOrEqual(30 * 60);
    expect(passed).toBeLessThanOrEqual(30 * 60 + 1);
  });

  it('refuses nobody who keeps the rate, though the network shifts each request by up to half an interval', () => {
    const { clock, passes } = spikeArrests();
    const shifts = [0, 16, -16, 15, -15, 0, 16, -16, 3, -16, 16, -16];
    for (const [index, shift] of shifts.entries()) {
      clock.nowMs = 1_000 + (index * 1000) / 30 + shift;
      expect(passes(THIRTY_A_SECOND)).toBe(true);
    }
  });

  it('does not count what it refused', () => {
    const { clock, passes } = spikeArrests();
    for (let attempt = 0; attempt < 100; attempt++) passes(THIRTY_A_SECOND);
    clock.nowMs = 34;
    expect(passes(THIRTY_A_SECOND)).toBe(true);
  });

  it('tells partitions and limits apart', () => {
    const { passes } = spikeArrests();
    passes(THIRTY_A_SECOND);
    passes(THIRTY_A_SECOND);
    expect(passes(THIRTY_A_SECOND)).toBe(false);
    expect(passes({ ...THIRTY_A_SECOND, partition: 'client other' })).toBe(true);
    expect(passes({ ...THIRTY_A_SECOND, limitId: 'invoices spike' })).toBe(true);
  });

  it('takes no place in one limit when another refuses, and names the one to wait longest for', () => {
    const { clock, passes, take } = spikeArrests();
    const tenAMinute = { limitId: 'orders minute', partition: 'client app', intervalMs: 6_000 };
    passes(tenAMinute);
    passes(tenAMinute);
    expect(take([THIRTY_A_SECOND, tenAMinute])).toEqual({ slot: tenAMinute, waitMs: 6_000 });
    expect(passes(THIRTY_A_SECOND)).toBe(true);
    expect(passes(THIRTY_A_SECOND)).toBe(true);
    expect(take([THIRTY_A_SECOND, tenAMinute])?.slot).toBe(tenAMinute);
    clock.nowMs = 6_000;
    expect(passes(THIRTY_A_SECOND, tenAMinute)).toBe(true);
  });
});
