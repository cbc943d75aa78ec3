import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import type { SigningAlgorithm } from '../../../protocol/signing-algorithms.js';

/** A key pair that signs access tokens with one algorithm. RFC 8725 §3.1. */
export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  kid: string;
  algorithm: SigningAlgorithm;
  privateKey: KeyObject;
  publicKey: KeyObject;
  publicJwk: JWK;
}

/** A key as it is stored: the private half only sealed. */
export interface StoredSigningKey {
  kid: string;
  algorithm: SigningAlgorithm;
  publicJwk: JWK;
  /** PKCS #8, sealed with the encryption key under the kid. */
  sealedPrivateKey: Buffer;
}

/** Where signing keys are kept. */
export abstract class SigningKeyStore {
  abstract list(): Promise<StoredSigningKey[]>;

  /** Adds a key unless its algorithm already has one, so that instances starting together agree. */
  abstract addFirstOf(key: StoredSigningKey, createdAt: Date): Promise<void>;
}
