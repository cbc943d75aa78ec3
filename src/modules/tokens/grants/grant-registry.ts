import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { sha256 } from '../../../platform/crypto/digest.js';
import { timeOrderedId } from '../../../platform/crypto/random.js';
import type { UserDetails } from '../../../protocol/user-details.js';
import type { Grant, GrantEnd, RefreshTokenState } from './grant.js';
import { GrantStore } from './grant-store.js';
import { newRefreshToken, openSuccessor, successorOf } from './refresh-token.js';

/** Lifetimes in seconds, as the client has them. */
export interface GrantLifetimes {
  refreshTokenTtl: number;
  grantTtl: number;
  refreshLeeway: number;
}

export interface SignIn {
  subject: string;
  clientId: string;
  scope: readonly string[];
  amr: readonly string[];
  authTime: Date;
  /** Null where the directory of people does not say. */
  credentialsVersion: string | null;
  details: UserDetails;
  ip: string | null;
  userAgent: string | null;
}

/** What became of a presented refresh token. */
export type Rotation =
  | { outcome: 'rotated'; refreshToken: string }
  /** A repeat within the leeway: the same successor again. */
  | { outcome: 'repeated'; refreshToken: string }
  /** Expired, or its grant has ended meanwhile. */
  | { outcome: 'dead' }
  /** A consumed token came back: the grant has ended with this answer. RFC 9700 §4.14.2. */
  | { outcome: 'reused' };

/** Begins, continues and ends grants. */
@Injectable()
export class GrantRegistry {
  constructor(
    private readonly store: GrantStore,
    private readonly clock: Clock,
  ) {}

  /** @param refreshable whether the client may refresh: without it no refresh token is made */
  async begin(
    signIn: SignIn,
    lifetimes: GrantLifetimes,
    refreshable: boolean,
  ): Promise<{ grant: Grant; refreshToken: string | undefined }> {
    const now = this.clock.now();
    const grant: Grant = {
      ...signIn,
      id: timeOrderedId(now),
      createdAt: now,
      lastUsedAt: now,
      expiresAt: this.clock.in(lifetimes.grantTtl),
    };
    if (!refreshable) {
      await this.store.begin(grant, undefined);
      return { grant, refreshToken: undefined };
    }
    const { token, hash } = newRefreshToken();
    await this.store.begin(grant, { hash, expiresAt: this.idleEnd(grant, lifetimes) });
    return { grant, refreshToken: token };
  }

  /** The grant on which a client's own tokens hang. It lives as long as the client stays enabled. */
  async ofClient(clientId: string, scope: readonly string[]): Promise<Grant> {
    const now = this.clock.now();
    return this.store.ofClient({
      id: timeOrderedId(now),
      subject: clientId,
      clientId,
      scope,
      authTime: now,
      amr: [],
      credentialsVersion: null,
      details: {},
      ip: null,
      userAgent: null,
      createdAt: now,
      expiresAt: FAR_FUTURE,
    });
  }

  async findByRefreshToken(token: string): Promise<RefreshTokenState | undefined> {
    return this.store.findByRefreshToken(sha256(token));
  }

  /** Whether the presented token may still lead to an answer; `rotate` decides for good. */
  isLive({ grant, grantEnded, expiresAt }: RefreshTokenState): boolean {
    const now = this.clock.now();
    return !grantEnded && grant.expiresAt > now && expiresAt > now;
  }

  /**
   * Uses a refresh token: rotates it, answers a repeat within the leeway with the same successor, or takes a late
   * repeat for theft and ends the grant. The store decides by one conditional statement; only who loses there
   * looks again, so two racing requests can never both rotate.
   * @param grant with the person's details as of now, which the store takes over
   */
  async rotate(token: string, grant: Grant, lifetimes: GrantLifetimes): Promise<Rotation> {
    const now = this.clock.now();
    const successor = successorOf(token, this.idleEnd(grant, lifetimes));
    if (await this.store.rotate(sha256(token), successor, grant.details, now)) {
      return { outcome: 'rotated', refreshToken: successor.token };
    }
    const state = await this.findByRefreshToken(token);
    if (state === undefined || state.grantEnded || state.grant.expiresAt <= now) return { outcome: 'dead' };
    if (state.used === undefined) return { outcome: 'dead' };
    const { at, successorUsed, successorExpiresAt, sealedSuccessor } = state.used;
    // Zero is no leeway at all: the winner of a race, or another instance's clock, may be ahead of this `now`.
    const isWithinLeeway =
      lifetimes.refreshLeeway > 0 && now.getTime() - at.getTime() < lifetimes.refreshLeeway * 1000;
    const isRepeat = isWithinLeeway && !successorUsed && successorExpiresAt > now;
    if (isRepeat) return { outcome: 'repeated', refreshToken: openSuccessor(token, sealedSuccessor) };
    await this.store.end(grant.id, 'reuse', now);
    return { outcome: 'reused' };
  }

  async end(grantId: string, reason: GrantEnd, subject?: string): Promise<boolean> {
    return this.store.end(grantId, reason, this.clock.now(), subject);
  }

  async endAllOfSubject(subject: string, reason: GrantEnd): Promise<void> {
    await this.store.endAllOfSubject(subject, reason, this.clock.now());
  }

  async endAllOfClient(clientId: string, reason: GrantEnd): Promise<void> {
    await this.store.endAllOfClient(clientId, reason, this.clock.now());
  }

  async narrowSubject(subject: string, allowed: (scope: string) => boolean): Promise<void> {
    await this.store.narrow({ subject }, allowed, this.clock.now());
  }

  async narrowClient(clientId: string, allowed: (scope: string) => boolean): Promise<void> {
    await this.store.narrow({ clientId }, allowed, this.clock.now());
  }

  async revokeAccessToken(tokenId: string, expiresAtSeconds: number): Promise<void> {
    await this.store.revokeAccessToken(tokenId, new Date(expiresAtSeconds * 1000));
  }

  async findLive(grantId: string, tokenId: string): Promise<Grant | undefined> {
    return this.store.findLive(grantId, tokenId, this.clock.now());
  }

  async listLive(page: { subject?: string; before?: string; limit: number }): Promise<Grant[]> {
    return this.store.listLive(page, this.clock.now());
  }

  /** The idle end of a refresh token, never after the grant's own. */
  private idleEnd(grant: Pick<Grant, 'expiresAt'>, { refreshTokenTtl }: GrantLifetimes): Date {
    const idle = this.clock.in(refreshTokenTtl);
    return idle < grant.expiresAt ? idle : grant.expiresAt;
  }
}

/** A client's own grant ends by an act, not by time. */
const FAR_FUTURE = new Date('9999-01-01T00:00:00Z');
