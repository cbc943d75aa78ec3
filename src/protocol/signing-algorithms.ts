/** Signature algorithms of access tokens. RFC 7518 §3.1; RS256 is mandatory to support by RFC 9068 §2.1. */
export const SIGNING_ALGORITHMS = ['ES256', 'RS256'] as const;
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];
