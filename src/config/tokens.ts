import type { EnvironmentReader } from './environment.js';
import { isOrigin } from './origins.js';

const DAY = 24 * 60 * 60;

/** What tokens say, and how long they last: lifetimes in seconds. */
export class TokenConfig {
  issuer: string;
  audience: string;
  /** By what name the identity role is meant in an assertion, so that one for the API is worth nothing there. */
  identityAudience: string;
  accessTokenTtl: number;
  /** Idle: how long a refresh token may stay unused. */
  refreshTokenTtl: number;
  /** Absolute: how long one sign-in lasts however often it is refreshed. */
  grantTtl: number;
  refreshLeeway: number;
}

export function readTokens(read: EnvironmentReader, issuer: string): TokenConfig {
  return {
    issuer,
    audience: readAudience(read, issuer),
    identityAudience: `${issuer}/identity`,
    accessTokenTtl: read.integer('ACCESS_TOKEN_TTL', 300, { from: 1, to: 3600 }),
    refreshTokenTtl: read.integer('REFRESH_TOKEN_TTL', 14 * DAY, { from: 1, to: 30 * DAY }),
    grantTtl: read.integer('GRANT_TTL', 30 * DAY, { from: 1, to: 30 * DAY }),
    refreshLeeway: read.integer('REFRESH_LEEWAY', 10, { from: 0, to: 60 }),
  };
}

function readAudience(read: EnvironmentReader, issuer: string): string {
  const audience = read.text('AUDIENCE');
  read.demand(
    audience === undefined || isOrigin(audience),
    'AUDIENCE must be an http or https origin without a path.',
  );
  return audience ?? issuer;
}
