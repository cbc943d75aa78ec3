import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { networkOf } from '../../../platform/http/address-network.js';

const ADDRESS = 'address ';

/**
 * Who takes up the places at a target, as `Admission.caller`: a client for one person, or where no token is asked for an
 * address. IPv6 counts by network, of which a single host has as many addresses as it likes.
 */
export function callerOf(claims: AccessTokenClaims | undefined, clientIp: string): string {
  return claims === undefined
    ? `${ADDRESS}${networkOf(clientIp)}`
    : `token ${JSON.stringify([claims.client_id, claims.sub])}`;
}

/** Whether a caller is anybody: one of an address. */
export function isWithoutToken(caller: string): boolean {
  return caller.startsWith(ADDRESS);
}
