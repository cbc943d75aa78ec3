import type { Grant, GrantEnd, GrantPage, GrantsOfClient, NewGrant } from './grant.js';
import type { NewRefreshToken } from './refresh-token-state.js';

/** Where grants are kept. Every method is atomic and durable when it returns. */
export abstract class GrantStore {
  abstract begin(grant: NewGrant, refreshToken: NewRefreshToken | undefined): Promise<void>;

  /** The client's own live grant, or `fresh` stored as such. */
  abstract ofClient(fresh: NewGrant): Promise<Grant>;

  /** The grant, unless it has ended or the access token was revoked by itself. */
  abstract findLive(
    grantId: string,
    tokenId: string,
    now: Date,
    disconnection?: AbortSignal,
  ): Promise<Grant | undefined>;

  abstract revokeAccessToken(tokenId: string, expiresAt: Date): Promise<void>;

  /** Ends one live grant; false when there is none, or none of this subject where one is named. */
  abstract end(grantId: string, reason: GrantEnd, now: Date, subject?: string): Promise<boolean>;

  abstract endAllOfSubject(subject: string, reason: GrantEnd, now: Date): Promise<void>;

  /** Ends the subject's live grants of every other credentials version. */
  abstract endOutdated(
    subject: string,
    credentialsVersion: string | null,
    reason: GrantEnd,
    now: Date,
  ): Promise<void>;

  abstract endOfClient(clientId: string, grants: GrantsOfClient, reason: GrantEnd, now: Date): Promise<void>;

  /** Takes scopes away from every live grant of a person or client: what is not in `allowed` is gone for good. */
  abstract narrow(
    of: { subject: string } | { clientId: string },
    allowed: (scope: string) => boolean,
    now: Date,
  ): Promise<void>;

  /** Live grants of people, newest first. */
  abstract listLive(page: GrantPage, now: Date): Promise<Grant[]>;

  /**
   * Forgets grants that ended or expired before `moment`, and revoked tokens that expired before it.
   * @param stopping once aborted, the rest is left for the next time
   */
  abstract forgetBefore(moment: Date, stopping?: AbortSignal): Promise<void>;
}
