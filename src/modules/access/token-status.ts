import type { AccessTokenClaims } from '../../protocol/access-token.js';

/** Asks whether a well-signed token still holds. Bound in the composition root. */
export abstract class TokenStatus {
  /**
   * The scopes that the token's grant still has, or undefined when the grant has ended or the token was revoked.
   * Throws when it cannot be known: absence of an answer is never a yes.
   */
  abstract liveScopes(claims: AccessTokenClaims): Promise<readonly string[] | undefined>;
}
