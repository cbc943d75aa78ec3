import { type AccessTokenClaims, isClientToken } from '../../protocol/access-token.js';
import { InsufficientScope } from '../../protocol/bearer-error.js';
import { holderOf, parseScope } from '../../protocol/scopes.js';

/**
 * Demands all of these scopes of a caller, wherever access is decided: at a route of this server and at one of the
 * gateway's table alike. A scope of one's own may be held by anyone, so a route for machines asks for one of those.
 * RFC 6750 §3.1.
 * @throws InsufficientScope
 */
export function checkScopes(claims: AccessTokenClaims, required: readonly string[]): void {
  const granted = claims.scope === '' ? [] : parseScope(claims.scope);
  if (!required.every((scope) => granted.includes(scope))) throw new InsufficientScope(required);
  // Issuing already keeps these apart; a client acting for itself must not pass even if that failed.
  if (isClientToken(claims) && required.some((scope) => holderOf(scope) !== 'anyone')) {
    throw new InsufficientScope(required, 'a client by itself is nobody to administer or to have an account');
  }
}
