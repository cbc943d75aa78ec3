import type { AccessTokenClaims } from '../../protocol/access-token.js';

/**
 * Asks whether the subject of a verified token may still use it. The grant behind the token may not know yet what the
 * directory knows. Bound in the composition root.
 */
export abstract class SubjectStatus {
  /**
   * The claims with the scope that the subject's roles carry at this moment.
   * @param required the scopes that the route asks for
   * @param disconnection of the request that asks
   * @throws InvalidToken when the user is gone or disabled; Overloaded when that cannot be known; Disconnected
   */
  abstract confirm(
    claims: AccessTokenClaims,
    required: readonly string[],
    disconnection?: AbortSignal,
  ): Promise<AccessTokenClaims>;
}

/** For a process where a change of a user ends or narrows the grants, or where a gateway has already asked. */
export class GrantSubjectStatus extends SubjectStatus {
  async confirm(claims: AccessTokenClaims): Promise<AccessTokenClaims> {
    return claims;
  }
}
