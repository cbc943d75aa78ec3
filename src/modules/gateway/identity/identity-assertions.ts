import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import type { AssertedRequest } from '../../../protocol/identity-assertion.js';

/** Signs what the gateway tells upstreams about a caller. Bound in the composition root. */
export abstract class IdentityAssertions {
  /** @returns a signed assertion about the caller, for one audience and one request */
  abstract issue(claims: AccessTokenClaims, audience: string, request: AssertedRequest): Promise<string>;
}
