import type { Client } from '../client.js';
import type { EndedGrants } from './client-token-revocation.js';

/**
 * The grants that an active client can no longer have: docs/decisions/0013-what-a-clients-sessions-rest-on.md. The
 * result depends on the client's state, not on the difference. So repeating a change completes one that failed halfway.
 */
export function grantsWithoutBasis({ grantTypes, firstParty }: Client): EndedGrants[] {
  const ended: EndedGrants[] = [];
  if (!firstParty || !grantTypes.includes('password')) ended.push('users');
  else if (!grantTypes.includes('refresh_token')) ended.push('refreshable');
  if (!grantTypes.includes('client_credentials')) ended.push('own');
  return ended;
}
