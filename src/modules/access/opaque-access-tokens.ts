import type { IssuedToken } from './token-status.js';

/** Asks what stands behind an opaque access token. Bound in the composition root. */
export abstract class OpaqueAccessTokens {
  /**
   * The token with what a JWT in its place would say, expired or not; undefined when nobody issued it, or it was
   * forgotten. Throws when it cannot be known: absence of an answer is never a no either.
   * @param disconnection of the request that asks
   */
  abstract find(token: string, disconnection?: AbortSignal): Promise<IssuedToken | undefined>;
}
