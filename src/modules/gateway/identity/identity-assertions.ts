import type { AccessTokenClaims } from '../../../protocol/access-token.js';

/** Who signs what the gateway tells upstreams. Bound in the composition root. */
export abstract class IdentityAssertions {
  /** @returns a signed assertion about the caller for one audience, and its end in seconds since 1970 */
  abstract issue(claims: AccessTokenClaims, audience: string): Promise<{ assertion: string; exp: number }>;
}
