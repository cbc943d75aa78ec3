import type { UserDetails } from './user-details.js';

/** The claims of an access token, with the user details that its client shows. RFC 9068 §2.2. Times are seconds since 1970 (RFC 7519 §2). */
export interface AccessTokenClaims extends UserDetails {
  iss: string;
  /** The person, or the client itself for `client_credentials`. */
  sub: string;
  aud: string | string[];
  client_id: string;
  scope: string;
  iat: number;
  exp: number;
  jti: string;
  /** The grant (session) the token belongs to. OpenID Connect Front-Channel Logout §3. */
  sid: string;
  /** When and how the person signed in; absent from a client's own token. RFC 9068 §2.2.1. */
  auth_time?: number;
  amr?: string[];
}

/** `typ` header of a JWT access token. RFC 9068 §2.1. */
export const ACCESS_TOKEN_TYPE = 'at+jwt';

/** Whether the token stands for the client itself and for no person. */
export function isClientToken(claims: Pick<AccessTokenClaims, 'sub' | 'client_id'>): boolean {
  return claims.sub === claims.client_id;
}
