import { describe, expect, it } from 'vitest';
import { Clock } from '../../../platform/clock/clock.js';
import {
  StoppedClock,
  aCaller,
  aLimitedRoute,
  countOf,
  limitsWith,
  verdictOf,
} from '../../../../test/support/limits.js';
import type { Route } from '../routes/route.js';
import { MemoryWindowCounters } from '../../../platform/counters/memory-window-counters.js';
import type { Caller } from './partitions.js';
import { WindowTallies } from '../../../platform/counters/window-tallies.js';

class WallClock extends Clock {
  constructor(public time: string) {
    super();
  }

  now(): Date {
    return new Date(this.time);
  }
}

/** Limits in memory, at a quarter to eleven. */
function limitsInMemory() {
  const wall = new WallClock('2025-11-23T10:45:00Z');
  const monotonic = new StoppedClock();
  const limits = limitsWith(
    new MemoryWindowCounters(wall, new WindowTallies(1000), new WindowTallies(1000)),
    monotonic,
  );
  return {
    wall,
    monotonic,
    ask: (route: Route, caller: Caller = aCaller({})) => verdictOf(limits.admit(route, caller)),
  };
}

const HUNDRED_AN_HOUR = aLimitedRoute({ quotas: [{ limit: 100, per: 'hour', by: 'client' }] });

describe('a quota', () => {
  it('lets exactly as many through as it says, of however many that come at once', async () => {
    const { ask } = limitsInMemory();
    const verdicts = await Promise.all(Array.from({ length: 250 }, () => ask(HUNDRED_AN_HOUR)));
    expect(countOf(verdicts)).toEqual({ admitted: 100, throttled: 150, unavailable: 0 });
  });

  it('counts down in RateLimit, and refuses with the seconds until the window ends', async () => {
    const { ask } = limitsInMemory();
    const route = aLimitedRoute({ quotas: [{ limit: 2, per: 'hour', by: 'client' }] });
    const policy = { 'RateLimit-Policy': '"hour";q=2;w=3600' };
    expect(await ask(route)).toEqual({
      is: 'admitted',
      headers: { ...policy, RateLimit: '"hour";r=1;t=900' },
    });
    expect(await ask(route)).toEqual({
      is: 'admitted',
      headers: { ...policy, RateLimit: '"hour";r=0;t=900' },
    });
    const refusal = {
      is: 'throttled',
      retryAfter: 900,
      headers: { ...policy, RateLimit: '"hour";r=0;t=900' },
    };
    expect(await ask(route)).toEqual(refusal);
    expect(await ask(route)).toEqual(refusal);
  });

  it('begins anew on the hour in UTC, not an hour after the first request', async () => {
    const { ask, wall } = limitsInMemory();
    const route = aLimitedRoute({ quotas: [{ limit: 1, per: 'hour', by: 'client' }] });
    await ask(route);
    wall.time = '2025-11-23T10:59:59.999Z';
    expect(await ask(route)).toMatchObject({ is: 'throttled', retryAfter: 1 });
    wall.time = '2025-11-23T11:00:00.000Z';
    expect(await ask(route)).toMatchObject({ is: 'admitted' });
  });

  it('does not begin anew when the clock is set back', async () => {
    const { ask, wall } = limitsInMemory();
    const route = aLimitedRoute({ quotas: [{ limit: 1, per: 'hour', by: 'client' }] });
    await ask(route);
    wall.time = '2025-11-23T09:30:00Z';
    expect(await ask(route)).toMatchObject({ is: 'throttled', retryAfter: 5400 });
  });

  it('takes nothing of the others when one of several is used up', async () => {
    const { ask, wall } = limitsInMemory();
    const route = aLimitedRoute({
      quotas: [
        { limit: 3, per: 'day', by: 'client' },
        { limit: 1, per: 'minute', by: 'user' },
      ],
    });
    await ask(route);
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(await ask(route)).toMatchObject({
        is: 'throttled',
        retryAfter: 60,
        headers: { RateLimit: '"minute";r=0;t=60' },
      });
    }
    wall.time = '2025-11-23T10:46:00Z';
    expect(await ask(route)).toMatchObject({ is: 'admitted' });
    expect(await ask(route, aCaller({ sub: 'bob' }))).toMatchObject({ is: 'admitted' });
    expect(await ask(route, aCaller({ sub: 'carol' }))).toMatchObject({
      is: 'throttled',
      headers: { RateLimit: `"day";r=0;t=${13 * 3600 + 14 * 60}` },
    });
  });

  it('of a claim with several values is used up by any of them, and counts for all', async () => {
    const { ask } = limitsInMemory();
    const route = aLimitedRoute({ quotas: [{ limit: 2, per: 'hour', by: 'claim:roles' }] });
    expect(await ask(route, aCaller({ roles: ['staff'] }))).toMatchObject({ is: 'admitted' });
    expect(await ask(route, aCaller({ roles: ['staff', 'auditor'] }))).toMatchObject({ is: 'admitted' });
    expect(await ask(route, aCaller({ roles: ['staff', 'guest'] }))).toMatchObject({ is: 'throttled' });
    expect(await ask(route, aCaller({ roles: ['auditor'] }))).toMatchObject({ is: 'admitted' });
    expect(await ask(route, aCaller({ roles: ['guest'] }))).toMatchObject({ is: 'admitted' });
    expect(await ask(route, aCaller({ roles: [] }))).toMatchObject({ is: 'admitted' });
  });

  it('is kept by whoever has used it up, though a thousand others come', async () => {
    const { ask } = limitsInMemory();
    const route = aLimitedRoute({ public: true, quotas: [{ limit: 1, per: 'day', by: 'client' }] });
    await ask(route, aCaller(undefined, '192.0.2.1'));
    const others = await Promise.all(
      Array.from({ length: 1500 }, (_, at) =>
        ask(route, aCaller(undefined, `198.18.${at >> 8}.${at & 255}`)),
      ),
    );
    expect(await ask(route, aCaller(undefined, '192.0.2.1'))).toMatchObject({ is: 'throttled' });
    // A thousand are told apart: 999 of these, and then one allotment for the rest together.
    expect(countOf(others)).toEqual({ admitted: 1000, throttled: 500, unavailable: 0 });
  });
});

describe('the limits of a route', () => {
  it('are none and say nothing where it has none', async () => {
    const { ask } = limitsInMemory();
    expect(await ask(aLimitedRoute({}))).toEqual({ is: 'admitted', headers: {} });
  });

  it('begin with the spike arrest, and what that refuses is in no quota', async () => {
    const { ask, monotonic } = limitsInMemory();
    const route = aLimitedRoute({
      spikeArrest: [{ rate: 10, per: 'minute', by: 'client' }],
      quotas: [{ limit: 3, per: 'hour', by: 'client' }],
    });
    const policy = { 'RateLimit-Policy': '"spike-minute";q=10;w=60, "hour";q=3;w=3600' };
    await ask(route);
    await ask(route);
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(await ask(route)).toEqual({
        is: 'throttled',
        retryAfter: 6,
        headers: { ...policy, RateLimit: '"spike-minute";r=0;t=6' },
      });
    }
    monotonic.nowMs = 6_000;
    expect(await ask(route)).toEqual({
      is: 'admitted',
      headers: { ...policy, RateLimit: '"hour";r=0;t=900' },
    });
  });

  it('tell of a spike arrest by itself only what it is', async () => {
    const { ask } = limitsInMemory();
    const route = aLimitedRoute({ spikeArrest: [{ rate: 30, per: 'second', by: 'route' }] });
    expect(await ask(route)).toEqual({
      is: 'admitted',
      headers: { 'RateLimit-Policy': '"spike-second";q=30;w=1' },
    });
  });
});
