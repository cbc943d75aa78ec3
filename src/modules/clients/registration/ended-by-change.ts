import type { Client } from '../client.js';
import type { EndedGrants } from './client-tokens.js';

/**
 * The grants that an active client can no longer have: docs/decisions/0013-what-a-clients-sessions-rest-on.md. It follows
 * from what the client is, not from what has changed, so that a change that failed halfway is completed by its repetition.
 */
export function grantsWithoutBasis({ grantTypes, firstParty }: Client): EndedGrants[] {
  const ended: EndedGrants[] = [];
  if (!firstParty || !grantTypes.includes('password')) ended.push('users');
  else if (!grantTypes.includes('refresh_token')) ended.push('refreshable');
  if (!grantTypes.includes('client_credentials')) ended.push('own');
  return ended;
}
