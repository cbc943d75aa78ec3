import type { Clock } from '../../../platform/clock/clock.js';
import type { Grant } from './grant.js';

/** Lifetimes in seconds, as the client has them. */
export interface GrantLifetimes {
  refreshTokenTtl: number;
  grantTtl: number;
  refreshLeeway: number;
}

/** The idle end of a refresh token, never after the grant's own. */
export function idleEnd(
  { expiresAt }: Pick<Grant, 'expiresAt'>,
  { refreshTokenTtl }: GrantLifetimes,
  clock: Clock,
): Date {
  const idle = clock.in(refreshTokenTtl);
  return idle < expiresAt ? idle : expiresAt;
}
