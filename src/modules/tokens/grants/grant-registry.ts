import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { sha256 } from '../../../platform/crypto/digest.js';
import { timeOrderedId } from '../../../platform/crypto/random.js';
import type { UserDetails } from '../../../protocol/user-details.js';
import type { Grant, GrantEnd, GrantPage, GrantsOfClient } from './grant.js';
import { type GrantLifetimes, idleEnd } from './grant-lifetimes.js';
import { GrantStore } from './grant-store.js';
import { newRefreshToken } from './refresh-token.js';
import type { RefreshTokenState } from './refresh-token-state.js';
import { RefreshTokenStore } from './refresh-token-store.js';

export interface SignIn {
  subject: string;
  clientId: string;
  username: string;
  scope: readonly string[];
  amr: readonly string[];
  authTime: Date;
  /** Null where the directory of people does not say. */
  credentialsVersion: string | null;
  details: UserDetails;
  ip: string | null;
  userAgent: string | null;
}

/** Begins, finds and ends grants. */
@Injectable()
export class GrantRegistry {
  constructor(
    private readonly store: GrantStore,
    private readonly refreshTokens: RefreshTokenStore,
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
    await this.store.begin(grant, { hash, expiresAt: idleEnd(grant, lifetimes, this.clock) });
    return { grant, refreshToken: token };
  }

  /** The grant on which a client's own tokens hang. It lives as long as the client stays enabled. */
  async ofClient(clientId: string, scope: readonly string[]): Promise<Grant> {
    const now = this.clock.now();
    return this.store.ofClient({
      id: timeOrderedId(now),
      subject: clientId,
      clientId,
      username: null,
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
    return this.refreshTokens.find(sha256(token));
  }

  /** Whether the presented token may still lead to an answer; its rotation decides for good. */
  isLive({ grant, grantEnded, expiresAt }: RefreshTokenState): boolean {
    const now = this.clock.now();
    return !grantEnded && grant.expiresAt > now && expiresAt > now;
  }

  async end(grantId: string, reason: GrantEnd, subject?: string): Promise<boolean> {
    return this.store.end(grantId, reason, this.clock.now(), subject);
  }

  async endAllOfSubject(subject: string, reason: GrantEnd): Promise<void> {
    await this.store.endAllOfSubject(subject, reason, this.clock.now());
  }

  /** Ends the user's grants that were made by another password than the one of this version. */
  async endOutdated(subject: string, credentialsVersion: string | null): Promise<void> {
    await this.store.endOutdated(subject, credentialsVersion, 'credentials_changed', this.clock.now());
  }

  async endOfClient(clientId: string, grants: GrantsOfClient, reason: GrantEnd): Promise<void> {
    await this.store.endOfClient(clientId, grants, reason, this.clock.now());
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

  async findLive(grantId: string, tokenId: string, disconnection?: AbortSignal): Promise<Grant | undefined> {
    return this.store.findLive(grantId, tokenId, this.clock.now(), disconnection);
  }

  async listLive(page: GrantPage): Promise<Grant[]> {
    return this.store.listLive(page, this.clock.now());
  }
}

/** A client's own grant ends by an act, not by time. */
const FAR_FUTURE = new Date('9999-01-01T00:00:00Z');
