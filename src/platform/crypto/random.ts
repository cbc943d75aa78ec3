import { randomBytes } from 'node:crypto';

/** 256 random bits as 43 base64url characters: secrets, refresh tokens, token identifiers. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * A UUID version 7: random, and in the order of creation to the millisecond, so that it can serve as a key of
 * a keyset page. RFC 9562 §5.7.
 */
export function timeOrderedId(now: Date): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
