import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../../platform/clock/clock.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { IDENTITY_ASSERTION_TTL } from '../../../protocol/identity-assertion.js';
import { IdentityAssertions } from './identity-assertions.js';

const MOST_ENTRIES = 10_000;

interface Cached {
  assertion: string;
  /** Seconds since 1970. */
  exp: number;
}

/**
 * Keeps each token's assertion while it is good for long enough: a signature costs more than all the rest of a decision.
 * The key is everything that the assertion says, so that a narrowed scope or a changed detail is never answered from here.
 */
@Injectable()
export class AssertionCache {
  private readonly cached = new LRUCache<string, Cached>({ max: MOST_ENTRIES });

  constructor(
    private readonly assertions: IdentityAssertions,
    private readonly clock: Clock,
  ) {}

  async assertionFor(claims: AccessTokenClaims, audience: string): Promise<string> {
    const key = JSON.stringify([audience, claims]);
    const cached = this.cached.get(key);
    if (cached !== undefined && this.isGood(cached, claims)) return cached.assertion;
    const fresh = await this.assertions.issue(claims, audience);
    this.cached.set(key, fresh);
    return fresh.assertion;
  }

  /** Half of its time must be left, for the upstream to work with; less only where the token itself has less. */
  private isGood({ exp }: Cached, claims: AccessTokenClaims): boolean {
    const now = this.clock.seconds();
    return exp > now && (exp - now >= IDENTITY_ASSERTION_TTL / 2 || exp === claims.exp);
  }
}
