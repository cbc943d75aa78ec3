import type { AccessTokenClaims } from '../../protocol/access-token.js';
import type { UserDetails } from '../../protocol/user-details.js';

/** What the grant behind a token has at this moment. */
export interface LiveGrant {
  scope: readonly string[];
  /** Everything that the token's client is configured with, whether or not the client itself may see it. */
  details: UserDetails;
}

/** A genuine access token, and the grant behind it: undefined when that has ended or the token was revoked. */
export interface IssuedToken {
  claims: AccessTokenClaims;
  live: LiveGrant | undefined;
}

/** Asks whether a well-signed token still holds. Bound in the composition root. */
export abstract class TokenStatus {
  /**
   * The grant behind the token, or undefined when it has ended or the token was revoked. Throws when it cannot be
   * known: absence of an answer is never a yes.
   * @param disconnection of the request that asks
   */
  abstract live(claims: AccessTokenClaims, disconnection?: AbortSignal): Promise<LiveGrant | undefined>;
}
