import type { KeyObject } from 'node:crypto';
import type { SigningAlgorithm } from '../../protocol/signing-algorithms.js';

/** A public key and the one algorithm it is for. RFC 8725 §3.1. */
export interface VerificationKey {
  kid: string;
  algorithm: SigningAlgorithm;
  publicKey: KeyObject;
}

/** The issuer's published keys. Bound in the composition root. */
export abstract class VerificationKeys {
  /** The key with this id, or undefined. Throws when the keys cannot be had: that is no verdict on a token. */
  abstract find(kid: string): Promise<VerificationKey | undefined>;
}
