import { describe, expect, it } from 'vitest';
import { windowEnd } from './window-counters.js';
import { WindowTallies } from './window-tallies.js';

const HOUR = 3600;

describe('tallies in windows', () => {
  it('are kept through their window and begin at nothing in the next', () => {
    const tallies = new WindowTallies();
    tallies.of('orders', 'a', HOUR)!.used += 3;
    expect(tallies.of('orders', 'a', HOUR)!.used).toBe(3);
    expect(tallies.of('orders', 'b', HOUR)!.used).toBe(0);
    expect(tallies.of('orders', 'a', 2 * HOUR)).toEqual({ endsAt: 2 * HOUR, used: 0 });
  });

  it('go on in the window that was begun when the clock is set back', () => {
    const tallies = new WindowTallies();
    tallies.of('orders', 'a', 2 * HOUR)!.used += 3;
    expect(tallies.of('orders', 'a', HOUR)).toEqual({ endsAt: 2 * HOUR, used: 3 });
  });

  it('are bounded for each limit, and never dropped to make room', () => {
    const tallies = new WindowTallies(2);
    tallies.of('orders', 'a', HOUR)!.used += 1;
    tallies.of('orders', 'b', HOUR)!.used += 1;
    expect(tallies.of('orders', 'c', HOUR)).toBeUndefined();
    expect(tallies.of('orders', 'a', HOUR)!.used).toBe(1);
    expect(tallies.of('invoices', 'c', HOUR)!.used).toBe(0);
    expect(tallies.of('orders', 'c', 2 * HOUR)!.used).toBe(0);
  });

  it('of a limit that is in no route any more are forgotten after a day', () => {
    const tallies = new WindowTallies();
    tallies.of('gone', 'a', HOUR);
    tallies.of('orders', 'a', 24 * HOUR);
    expect(tallies.latest('gone', 'a')).toEqual({ endsAt: HOUR, used: 0 });
    tallies.of('orders', 'a', 25 * HOUR);
    expect(tallies.latest('gone', 'a')).toBeUndefined();
    expect(tallies.latest('orders', 'a')).toEqual({ endsAt: 25 * HOUR, used: 0 });
  });
});

describe('the end of a window', () => {
  it.each([
    ['2025-11-23T10:59:59.999Z', 60, '2025-11-23T11:00:00Z'],
    ['2025-11-23T11:00:00.000Z', 60, '2025-11-23T11:01:00Z'],
    ['2025-11-23T10:59:59.999Z', 3600, '2025-11-23T11:00:00Z'],
    ['2025-11-23T23:30:00.000Z', 86_400, '2025-11-24T00:00:00Z'],
    ['2024-02-29T00:00:00.000Z', 86_400, '2024-03-01T00:00:00Z'],
  ])('of %s, in steps of %i s, is %s in UTC', (moment, seconds, end) => {
    expect(windowEnd(Date.parse(moment), seconds) * 1000).toBe(Date.parse(end));
  });
});
