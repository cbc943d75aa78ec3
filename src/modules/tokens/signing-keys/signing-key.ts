import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import type { SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import type { SigningKeyTimes } from './key-states.js';

/** A key pair that signs access tokens with one algorithm. RFC 8725 §3.1. */
export interface SigningKey {
  /** RFC 7638 thumbprint of the public key. */
  kid: string;
  algorithm: SigningAlgorithm;
  privateKey: KeyObject;
  publicKey: KeyObject;
  publicJwk: JWK;
}

/** A key pair with its private half sealed. */
export interface SealedSigningKey {
  kid: string;
  algorithm: SigningAlgorithm;
  publicJwk: JWK;
  /** PKCS #8, sealed with the encryption key under the kid. */
  sealedPrivateKey: Buffer;
}

/** A key as it is stored. */
export interface StoredSigningKey extends SealedSigningKey {
  times: SigningKeyTimes;
}

/** Where signing keys are kept. */
export abstract class SigningKeyStore {
  /** Every key, removed ones included, in the order in which they were announced. */
  abstract list(): Promise<StoredSigningKey[]>;

  /**
   * Adds a key if `isMissing` returns true for the keys that are stored at that moment. No other instance adds one
   * meanwhile, so that instances starting together agree.
   */
  abstract addIf(
    isMissing: (stored: readonly StoredSigningKey[]) => boolean,
    key: StoredSigningKey,
  ): Promise<void>;
}
