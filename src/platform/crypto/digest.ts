import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256 of UTF-8 text: how random secrets are stored. Not for passwords. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** Compares two digests in constant time; digests of different length are different. */
export function digestsEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
