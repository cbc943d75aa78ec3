import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { networkOf } from '../../../platform/http/address-network.js';

/**
 * Who takes up the places at a target, as `Admission.caller`: a client for one person, or where no token is asked for an
 * address. IPv6 counts by network, of which a single host has as many addresses as it likes.
 */
export function callerOf(claims: AccessTokenClaims | undefined, clientIp: string): string {
  return claims === undefined
    ? `address ${networkOf(clientIp)}`
    : `token ${JSON.stringify([claims.client_id, claims.sub])}`;
}
