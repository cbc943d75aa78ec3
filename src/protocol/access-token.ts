import { USER_DETAILS, type UserDetails } from './user-details.js';

/**
 * The claims of an access token, with the user details that whoever reads them may know. RFC 9068 §2.2. Times are
 * seconds since 1970 (RFC 7519 §2).
 */
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

/** What an access token looks like to its client: claims that are signed, or a random string. */
export const ACCESS_TOKEN_FORMATS = ['jwt', 'opaque'] as const;
export type AccessTokenFormat = (typeof ACCESS_TOKEN_FORMATS)[number];

/**
 * A fixed tag by which secret scanners know an opaque access token; 256 random bits follow. No JWT begins so: the
 * first character of its header is `{`, which base64url never writes as a `g`.
 */
export const OPAQUE_TAG = 'gwa_';

/** The claims with these user details in place of those they have. */
export function withDetails(claims: AccessTokenClaims, details: UserDetails): AccessTokenClaims {
  const isDetail = (name: string) => (USER_DETAILS as readonly string[]).includes(name);
  const others = Object.entries(claims).filter(([name]) => !isDetail(name));
  return { ...(Object.fromEntries(others) as unknown as AccessTokenClaims), ...details };
}
