import { open } from '../../../platform/crypto/sealing.js';
import type { StoredSigningKey } from './signing-key.js';

/**
 * Why stored signing keys could not be used; nothing is made.
 * @param encryptionKey undefined where there is none yet
 */
export function storedKeyMistakes(
  stored: readonly Pick<StoredSigningKey, 'kid' | 'sealedPrivateKey'>[],
  encryptionKey: Uint8Array | undefined,
): string[] {
  const fits = stored.every(({ kid, sealedPrivateKey }) => opens(encryptionKey, sealedPrivateKey, kid));
  if (fits) return [];
  return [
    'ENCRYPTION_KEY is not the key that the signing keys of this database were encrypted with. Start with that one, or, ' +
      'where none was set, with the DATA_DIR that this database was first used with.',
  ];
}

function opens(encryptionKey: Uint8Array | undefined, sealed: Buffer, kid: string): boolean {
  if (encryptionKey === undefined) return false;
  try {
    open(encryptionKey, sealed, kid);
    return true;
  } catch {
    return false;
  }
}
