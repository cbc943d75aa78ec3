import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { type JWK, calculateJwkThumbprint } from 'jose';
import { open, seal } from '../../../platform/crypto/sealing.js';
import type { SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import type { SealedSigningKey, SigningKey } from './signing-key.js';

const RSA_BITS = 3072;

const generate = promisify(generateKeyPair);

/** Makes a key pair for an algorithm. RFC 7518 §3.3, §3.4. */
export async function generateSigningKey(algorithm: SigningAlgorithm): Promise<SigningKey> {
  const { privateKey } =
    algorithm === 'ES256'
      ? await generate('ec', { namedCurve: 'P-256' })
      : await generate('rsa', { modulusLength: RSA_BITS });
  const publicKey = createPublicKey(privateKey);
  const jwk = publicKey.export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk, 'sha256');
  return { kid, algorithm, privateKey, publicKey, publicJwk: { ...jwk, kid, use: 'sig', alg: algorithm } };
}

export function sealSigningKey(key: SigningKey, encryptionKey: Uint8Array): SealedSigningKey {
  const pkcs8 = key.privateKey.export({ format: 'der', type: 'pkcs8' });
  const { kid, algorithm, publicJwk } = key;
  return { kid, algorithm, publicJwk, sealedPrivateKey: seal(encryptionKey, pkcs8, kid) };
}

/** @throws Error naming the way out, when the key was sealed with another encryption key */
export function openSigningKey(stored: SealedSigningKey, encryptionKey: Uint8Array): SigningKey {
  const { kid, algorithm, publicJwk } = stored;
  const privateKey = createPrivateKey({ key: unseal(stored, encryptionKey), format: 'der', type: 'pkcs8' });
  return { kid, algorithm, privateKey, publicKey: publicOf(privateKey), publicJwk };
}

function unseal({ kid, sealedPrivateKey }: SealedSigningKey, encryptionKey: Uint8Array): Buffer {
  try {
    return open(encryptionKey, sealedPrivateKey, kid);
  } catch {
    throw new Error(
      `The signing key ${kid} was encrypted with another key. Start with the ENCRYPTION_KEY (or, where none ` +
        'was set, the DATA_DIR) that this database was first used with.',
    );
  }
}

function publicOf(privateKey: KeyObject): KeyObject {
  return createPublicKey(privateKey);
}
