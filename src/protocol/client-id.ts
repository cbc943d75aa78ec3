import { CLIENT_CREDENTIAL, UUID } from './characters.js';

const MAX_CHARACTERS = 128;

/** What speaks against a text as the client_id of a new client (RFC 6749 §2.2); undefined when nothing does. */
export function objectionToClientId(clientId: string): string | undefined {
  if (!CLIENT_CREDENTIAL.test(clientId) || clientId.length > MAX_CHARACTERS) {
    return `must be 1 to ${MAX_CHARACTERS} characters of A-Z a-z 0-9 . _ ~ -`;
  }
  // People's ids are UUIDs: a client that looked like one could pass for a person where only `sub` is compared.
  if (UUID.test(clientId.toLowerCase())) return 'must not be a UUID';
  // A path cannot end in it: whoever resolves the URL of such a client gets another one.
  if (/^\.\.?$/.test(clientId)) return 'must not be a dot segment';
  return undefined;
}
