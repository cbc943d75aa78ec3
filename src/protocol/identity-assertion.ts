import type { AccessTokenClaims } from './access-token.js';

/** `typ` header of an identity assertion, which no access token has. RFC 8725 §3.11. */
export const IDENTITY_ASSERTION_TYPE = 'identity+jwt';

/** The header in which the gateway hands an upstream the caller's identity. */
export const IDENTITY_HEADER = 'x-identity';

/** Lifetime of an assertion in seconds: five to arrive, and five by which clocks may differ. */
export const IDENTITY_ASSERTION_TTL = 10;

/** The request that an assertion is bound to, as the upstream receives it. */
export interface AssertedRequest {
  /** Claim `htm`. RFC 9449 §4.2. */
  method: string;
  /** Claim `path`: the path of the request target without its query, still encoded. `@path` of RFC 9421 §2.2.6. */
  path: string;
}

/**
 * The claims of an identity assertion: those of the access token that the gateway accepted, for one audience and one
 * request, with its own `jti` and times.
 */
export type IdentityAssertionClaims = AccessTokenClaims & { aud: string; htm: string; path: string };
