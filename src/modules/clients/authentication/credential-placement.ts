import type { Form } from '../../../protocol/form.js';
import { InvalidRequest } from '../../../protocol/oauth-error.js';

/** The parts of a request to an OAuth endpoint in which a client authenticates. */
export interface ClientAuthenticationRequest {
  /** The values of every Authorization header. */
  authorizations: readonly string[];
  form: Form;
}

/** Where a request has client credentials. RFC 6749 §2.3.1, RFC 7521 §4.2. */
export type CredentialPlacement = 'authorization_header' | 'client_secret' | 'client_assertion' | 'none';

/** @throws InvalidRequest for more than one place, since RFC 6749 §2.3 permits one method a request */
export function credentialPlacement({
  authorizations,
  form,
}: ClientAuthenticationRequest): CredentialPlacement {
  if (authorizations.length > 1) throw new InvalidRequest('There is more than one Authorization header.');
  const placements: CredentialPlacement[] = [];
  if (authorizations.length > 0) placements.push('authorization_header');
  if (form.has('client_secret')) placements.push('client_secret');
  if (form.has('client_assertion') || form.has('client_assertion_type')) placements.push('client_assertion');
  if (placements.length > 1) {
    throw new InvalidRequest('The client used more than one authentication method.');
  }
  return placements[0] ?? 'none';
}
