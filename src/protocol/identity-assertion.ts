import type { AccessTokenClaims } from './access-token.js';

/** `typ` header of an identity assertion, which no access token has. RFC 8725 §3.11. */
export const IDENTITY_ASSERTION_TYPE = 'identity+jwt';

/** The header in which the gateway hands an upstream the caller's identity. */
export const IDENTITY_HEADER = 'x-identity';

/** How long an assertion lasts at most. Seconds. */
export const IDENTITY_ASSERTION_TTL = 60;

/**
 * The claims of an identity assertion: those of the access token that the gateway accepted, for one audience, with
 * its own `jti` and times.
 */
export type IdentityAssertionClaims = AccessTokenClaims & { aud: string };
