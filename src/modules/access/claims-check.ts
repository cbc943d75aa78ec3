import type { AccessTokenClaims } from '../../protocol/access-token.js';
import { InvalidToken } from '../../protocol/bearer-error.js';
import { CLOCK_SKEW } from '../../protocol/clock-skew.js';
import { parseScope } from '../../protocol/scopes.js';

export interface ExpectedClaims {
  issuer: string;
  audience: string;
  /** Seconds since 1970. */
  now: number;
  /** Whether the scope may say nothing, as when a grant has lost all that a token of it had. */
  scopeMayBeEmpty?: boolean;
}

/**
 * Checks the claims of a token whose signature was verified. RFC 9068 §4, RFC 7519 §4.1. Every check fails on
 * absence and on another type; numbers must be whole, so that no infinity passes for a date.
 * @throws InvalidToken
 */
export function checkClaims(payload: unknown, expected: ExpectedClaims): AccessTokenClaims {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new InvalidToken('the claims are no object');
  }
  const claims = payload as Record<string, unknown>;
  for (const name of ['sub', 'client_id', 'jti', 'sid'] as const) {
    if (!isIdentifier(claims[name])) throw new InvalidToken(`no ${name}`);
  }
  if (claims.iss !== expected.issuer) throw new InvalidToken('another issuer');
  if (!audienceIncludes(claims.aud, expected.audience)) throw new InvalidToken('another audience');
  const { iat, exp, nbf } = claims;
  if (!Number.isSafeInteger(exp) || (exp as number) <= expected.now) throw new InvalidToken('expired');
  if (!Number.isSafeInteger(iat) || (iat as number) > expected.now + CLOCK_SKEW) {
    throw new InvalidToken('issued in the future');
  }
  if (nbf !== undefined && (!Number.isSafeInteger(nbf) || (nbf as number) > expected.now + CLOCK_SKEW)) {
    throw new InvalidToken('not yet valid');
  }
  const isEmptyScope = claims.scope === '' && expected.scopeMayBeEmpty === true;
  if (!isEmptyScope && !isScope(claims.scope)) throw new InvalidToken('no scope');
  return payload as AccessTokenClaims;
}

/** PostgreSQL knows no text with a NUL in it: a question about such an id would fail instead of finding nothing. */
function isIdentifier(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

function audienceIncludes(audience: unknown, expected: string): boolean {
  if (!Array.isArray(audience)) return audience === expected;
  return audience.every((name) => typeof name === 'string') && audience.includes(expected);
}

function isScope(value: unknown): boolean {
  try {
    return typeof value === 'string' && parseScope(value).length > 0;
  } catch {
    return false;
  }
}
