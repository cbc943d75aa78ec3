import { CLIENT_CREDENTIAL, SCOPE_TOKEN, UUID } from './characters.js';

const MAX_CHARACTERS = 255;

/**
 * Whether a text may be the subject of a person: short enough for a claim (OpenID Connect Core §2), of characters that
 * need no quoting anywhere, and nothing that a client could be called. Where only `sub` is compared, and for a token of
 * `client_credentials` it is the client_id, a person must never pass for a client.
 */
export function isPersonSubject(text: string): boolean {
  if (text.length > MAX_CHARACTERS || !SCOPE_TOKEN.test(text)) return false;
  // No client_id is a UUID: client-id.ts.
  return UUID.test(text) || !CLIENT_CREDENTIAL.test(text);
}
