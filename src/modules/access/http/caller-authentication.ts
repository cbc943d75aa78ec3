import type { FastifyRequest } from 'fastify';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';

/** How this process learns who calls: by a bearer token, or by the gateway's word. Bound in the composition root. */
export abstract class CallerAuthentication {
  /** @throws BearerError */
  abstract authenticate(request: FastifyRequest): Promise<AccessTokenClaims>;
}
