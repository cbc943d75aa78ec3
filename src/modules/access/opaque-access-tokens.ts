import type { IssuedToken } from './token-status.js';

/** Asks what stands behind an opaque access token. Bound in the composition root. */
export abstract class OpaqueAccessTokens {
  /**
   * The token with what a JWT in its place would say, expired or not; undefined when nobody issued it, or it was
   * forgotten. Throws when it cannot be known: absence of an answer is never a no either.
   */
  abstract find(token: string): Promise<IssuedToken | undefined>;
}
