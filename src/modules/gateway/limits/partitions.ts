import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { claimOf } from '../identity/claim-of.js';
import type { LimitKey } from '../routes/route.js';
import { networkOf } from '../../../platform/http/address-network.js';

/** Whoever makes a request, as far as limits go. */
export interface Caller {
  /** Undefined on a public route, where no token is looked at. */
  claims?: AccessTokenClaims | undefined;
  /** The address of the client, as trusted proxies report it. */
  ip: string;
}

/**
 * The partitions of a limit that a request counts in: one, or for a claim with several values each of them, so that
 * nobody gets out of a limit by having one role more. Without the claim all count together. Nobody known on a public
 * route counts by address.
 */
export function partitionsOf(by: LimitKey, { claims, ip }: Caller): string[] {
  if (by === 'route') return ['route'];
  if (by === 'client') return [claims === undefined ? addressOf(ip) : `client ${claims.client_id}`];
  if (by === 'user') return [claims === undefined ? addressOf(ip) : `user ${claims.sub}`];
  const values = new Set(valuesOf(claims, by.slice('claim:'.length)).map((value) => `claim ${value}`));
  return values.size === 0 ? ['claim'] : [...values];
}

function addressOf(ip: string): string {
  return `address ${networkOf(ip)}`;
}

/** As JSON, so that the text "1" is another value than the number. */
function valuesOf(claims: AccessTokenClaims | undefined, name: string): string[] {
  const values = [claimOf(claims, name)].flat();
  return values
    .filter((value) => ['string', 'number', 'boolean'].includes(typeof value))
    .map((value) => JSON.stringify(value));
}
