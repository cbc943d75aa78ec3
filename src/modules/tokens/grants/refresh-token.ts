import { randomToken } from '../../../platform/crypto/random.js';
import { sha256 } from '../../../platform/crypto/digest.js';
import { deriveKey, open, seal } from '../../../platform/crypto/sealing.js';
import type { Successor } from './refresh-token-state.js';

/** A fixed tag by which secret scanners know the token; 256 random bits follow. */
const TAG = 'gwr_';
const PURPOSE = 'grantway refresh token successor';

export interface IssuedRefreshToken {
  token: string;
  hash: Buffer;
}

export function newRefreshToken(): IssuedRefreshToken {
  const token = TAG + randomToken();
  return { token, hash: sha256(token) };
}

/** A new token, and the form in which it is kept for a repeat: only its predecessor opens it. */
export function successorOf(predecessor: string, expiresAt: Date): Successor & IssuedRefreshToken {
  const issued = newRefreshToken();
  const sealed = seal(deriveKey(predecessor, PURPOSE), Buffer.from(issued.token), PURPOSE);
  return { ...issued, expiresAt, sealed };
}

export function openSuccessor(predecessor: string, sealed: Buffer): string {
  return open(deriveKey(predecessor, PURPOSE), sealed, PURPOSE).toString();
}
