import { describe, expect, it } from 'vitest';
import { limitField, policyField, tightest } from './rate-limit-fields.js';

const HOUR = { name: 'hour', quota: 100, windowSeconds: 3600 };
const DAY = { name: 'day', quota: 1000, windowSeconds: 86_400 };

describe('the RateLimit fields (draft-ietf-httpapi-ratelimit-headers-10)', () => {
  it('list every policy, and say where the caller stands with one', () => {
    expect(policyField([HOUR, DAY])).toBe('"hour";q=100;w=3600, "day";q=1000;w=86400');
    expect(limitField({ policy: HOUR, remaining: 42, resetMs: 1_233_001 })).toBe('"hour";r=42;t=1234');
  });

  it('stay Structured Fields whatever a claim is called', () => {
    expect(policyField([{ ...HOUR, name: 'hour-claim:"\\ü\r\n' }])).toBe('"hour-claim:_____";q=100;w=3600');
  });

  it('report the policy with the least remaining, and of those the one that lasts longest', () => {
    const hour = { policy: HOUR, remaining: 3, resetMs: 5 };
    const day = { policy: DAY, remaining: 3, resetMs: 9 };
    expect(tightest([hour, day])).toBe(day);
    expect(tightest([day, hour])).toBe(day);
    expect(tightest([{ ...hour, remaining: 2 }, day])?.policy).toBe(HOUR);
    expect(tightest([])).toBeUndefined();
  });
});
