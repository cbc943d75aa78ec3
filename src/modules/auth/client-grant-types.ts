import type { GrantType } from '../../protocol/grant-types.js';
import type { Client } from '../clients/index.js';

/** Whether a client may use a grant type: the password grant is for first parties only (RFC 9700 §2.4). */
export function mayUseGrantType({ grantTypes, firstParty }: Client, type: GrantType): boolean {
  return grantTypes.includes(type) && (type !== 'password' || firstParty);
}
