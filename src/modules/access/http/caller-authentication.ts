import type { FastifyRequest } from 'fastify';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import type { AssertionAudience } from '../assertions/identity-assertion-verifier.js';

/** How this process learns who calls: by a bearer token, or by the gateway's word. Bound in the composition root. */
export abstract class CallerAuthentication {
  /**
   * @param receiver whose route is called: an assertion is for one of them, an access token for both
   * @throws BearerError
   */
  abstract authenticate(request: FastifyRequest, receiver: AssertionAudience): Promise<AccessTokenClaims>;
}
