import { beforeEach, describe, expect, it } from 'vitest';
import { Clock } from '../../../platform/clock/clock.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { AssertionCache } from './assertion-cache.js';
import { IdentityAssertions } from './identity-assertions.js';

const AUDIENCE = 'https://api.example';

let now: number;

class TestClock extends Clock {
  now(): Date {
    return new Date(now * 1000);
  }
}

/** Counts its signatures, and tells one from the next. */
class CountingAssertions extends IdentityAssertions {
  signed = 0;

  async issue(claims: AccessTokenClaims): Promise<{ assertion: string; exp: number }> {
    this.signed += 1;
    return { assertion: `assertion ${this.signed}`, exp: Math.min(now + 60, claims.exp) };
  }
}

function claimsUntil(exp: number, more: Partial<AccessTokenClaims> = {}): AccessTokenClaims {
  return {
    iss: 'i',
    sub: 'alice',
    aud: AUDIENCE,
    client_id: 'app',
    scope: 'a b',
    iat: 0,
    exp,
    jti: 'j',
    sid: 's',
    ...more,
  };
}

describe('the cache of assertions', () => {
  let assertions: CountingAssertions;
  let cache: AssertionCache;

  beforeEach(() => {
    now = 1000;
    assertions = new CountingAssertions();
    cache = new AssertionCache(assertions, new TestClock());
  });

  it('signs once for a token while half of the time is left, and anew then', async () => {
    const token = claimsUntil(2000);
    expect(await cache.assertionFor(token, AUDIENCE)).toBe('assertion 1');
    now += 30;
    expect(await cache.assertionFor(token, AUDIENCE)).toBe('assertion 1');
    now += 1;
    expect(await cache.assertionFor(token, AUDIENCE)).toBe('assertion 2');
  });

  it('signs once for the last minute of a token', async () => {
    const token = claimsUntil(1020);
    await cache.assertionFor(token, AUDIENCE);
    now = 1019;
    expect(await cache.assertionFor(token, AUDIENCE)).toBe('assertion 1');
  });

  it.each<[string, Partial<AccessTokenClaims>, string]>([
    ['another audience', {}, 'https://other.example'],
    ['a narrowed scope', { scope: 'a' }, AUDIENCE],
    ['another token', { jti: 'k' }, AUDIENCE],
    ['another detail', { roles: ['admin'] }, AUDIENCE],
    ['another issuer', { iss: 'x' }, AUDIENCE],
  ])('never answers %s with what it has', async (_, change, audience) => {
    await cache.assertionFor(claimsUntil(2000), AUDIENCE);
    expect(await cache.assertionFor(claimsUntil(2000, change), audience)).toBe('assertion 2');
  });
});
