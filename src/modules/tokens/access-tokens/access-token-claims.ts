import type { TokenConfig } from '../../../config/config.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { formatScope } from '../../../protocol/scopes.js';
import type { Grant } from '../grants/grant.js';

/** What is a token's own and not its grant's. */
export interface TokenParticulars {
  scope: readonly string[];
  /** Seconds since 1970. */
  iat: number;
  exp: number;
  jti: string;
}

/** The claims of an access token, without user details. RFC 9068 §2.2. */
export function accessTokenClaims(
  grant: Grant,
  { scope, iat, exp, jti }: TokenParticulars,
  { issuer, audience }: Pick<TokenConfig, 'issuer' | 'audience'>,
): AccessTokenClaims {
  return {
    iss: issuer,
    sub: grant.subject,
    aud: audience,
    client_id: grant.clientId,
    scope: formatScope(scope),
    iat,
    exp,
    jti,
    sid: grant.id,
    ...(grant.amr.length > 0
      ? { auth_time: Math.floor(grant.authTime.getTime() / 1000), amr: [...grant.amr] }
      : {}),
  };
}
