import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { sha256 } from '../../../platform/crypto/digest.js';
import { Events } from '../../../platform/events/events.js';
import type { Grant } from './grant.js';
import { type GrantLifetimes, idleEnd } from './grant-lifetimes.js';
import { GrantStore } from './grant-store.js';
import { openSuccessor, successorOf } from './refresh-token.js';
import { RefreshRepeated, RefreshTokenReused } from './refresh-token-events.js';
import type { RefreshOrigin } from './refresh-token-state.js';
import { RefreshTokenStore } from './refresh-token-store.js';

/**
 * Repeats that one rotation gets. A browser with this many tabs refreshes all of them at once; a program that repeats in
 * a loop is stopped.
 */
export const MAX_REPEATS = 100;

/** The result of presenting a refresh token. */
export type Rotation =
  | { outcome: 'rotated'; refreshToken: string }
  /** A repeat within the leeway: the same successor again. */
  | { outcome: 'repeated'; refreshToken: string }
  /** More than MAX_REPEATS within the leeway. The grant is as before. */
  | { outcome: 'repeated_too_often' }
  /** Expired, or its grant has ended meanwhile. */
  | { outcome: 'dead' }
  /** A consumed token was reused: the grant has ended with this response. RFC 9700 §4.14.2. */
  | { outcome: 'reused' };

/** Uses refresh tokens. docs/decisions/0004-sealed-successor.md. */
@Injectable()
export class RefreshTokenRotation {
  constructor(
    private readonly tokens: RefreshTokenStore,
    private readonly grants: GrantStore,
    private readonly clock: Clock,
    private readonly events: Events,
  ) {}

  /**
   * Rotates the token, returns the same successor to a repeat within the leeway, or treats any other repeat as theft
   * and ends the grant. The store decides each step by one conditional statement, so racing requests can never both
   * rotate.
   * @param grant with the user's current details, which the store takes over
   */
  async rotate(
    token: string,
    grant: Grant,
    lifetimes: GrantLifetimes,
    refreshOrigin: RefreshOrigin,
  ): Promise<Rotation> {
    const { network, userAgent } = refreshOrigin;
    const now = this.clock.now();
    const hash = sha256(token);
    const origin = { network, userAgentHash: sha256(userAgent ?? '') };
    const successor = successorOf(token, idleEnd(grant, lifetimes, this.clock));
    if (await this.tokens.rotate(hash, successor, origin, grant.details, now)) {
      return { outcome: 'rotated', refreshToken: successor.token };
    }
    const repeat = await this.tokens.repeat(hash, origin, lifetimes.refreshLeeway, now);
    if (repeat === undefined) return this.judge(hash, grant, refreshOrigin, now);
    const { repeats, sealedSuccessor } = repeat;
    if (repeats > MAX_REPEATS) return { outcome: 'repeated_too_often' };
    // Further repeats are counted with the rotation.
    if (repeats === 1) this.events.publish(new RefreshRepeated(grant, refreshOrigin));
    return { outcome: 'repeated', refreshToken: openSuccessor(token, sealedSuccessor) };
  }

  /** A token that neither rotates nor is a permitted repeat. An ended grant is not ended again. */
  private async judge(hash: Buffer, grant: Grant, origin: RefreshOrigin, now: Date): Promise<Rotation> {
    const state = await this.tokens.find(hash);
    if (state === undefined || state.grantEnded || state.grant.expiresAt <= now) return { outcome: 'dead' };
    if (state.used === undefined) return { outcome: 'dead' };
    await this.grants.end(state.grant.id, 'reuse', now);
    this.events.publish(new RefreshTokenReused(grant, origin, state.used.rotationNetwork));
    return { outcome: 'reused' };
  }
}
