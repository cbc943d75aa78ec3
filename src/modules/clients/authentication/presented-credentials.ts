import { sha256 } from '../../../platform/crypto/digest.js';
import { CLIENT_CREDENTIAL } from '../../../protocol/characters.js';
import type { ClientAuthenticationMethod } from '../../../protocol/grant-types.js';
import { InvalidClient } from '../../../protocol/oauth-error.js';

/** Longer than any secret this server makes or accepts. */
const MAX_CHARACTERS = 1024;

/** The credentials that a request has, not yet verified. */
export interface PresentedCredentials {
  clientId: string;
  method: ClientAuthenticationMethod;
  /** SHA-256 of the secret; null where there is none. */
  secretHash: Buffer | null;
  /** Whether the Authorization header was used. */
  triedBasic: boolean;
}

/** @throws InvalidClient when the id or the secret has characters that no client credential has */
export function presentedCredentials(
  { clientId, secret }: { clientId: string; secret?: string },
  { method, triedBasic }: Pick<PresentedCredentials, 'method' | 'triedBasic'>,
): PresentedCredentials {
  for (const value of secret === undefined ? [clientId] : [clientId, secret]) {
    if (value.length > MAX_CHARACTERS || !CLIENT_CREDENTIAL.test(value)) {
      throw new InvalidClient(triedBasic, 'characters that no client credential has');
    }
  }
  return { clientId, method, secretHash: secret === undefined ? null : sha256(secret), triedBasic };
}
