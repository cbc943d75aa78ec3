/** The alphabet of crypt(3), in the order of its values. */
const CRYPT_ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Decodes base64 with or without padding, and passlib's variant with `.` for `+`. Returns `undefined` for padding of
 * the wrong length, other characters, and bits at the end that a decoder would ignore.
 */
export function decodePhcBase64(text: string): Buffer | undefined {
  const unpadded = text.length % 4 === 0 ? text.replace(/={1,2}$/, '') : text;
  const standard = unpadded.replaceAll('.', '+');
  const bytes = Buffer.from(standard, 'base64');
  return encodePhcBase64(bytes) === standard ? bytes : undefined;
}

/** Encodes as PHC strings have it: base64 without padding. */
export function encodePhcBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

/**
 * Decodes a little-endian number of crypt(3) characters, six bits each. The caller has seen that there are no
 * others.
 */
export function decodeCryptNumber(text: string): number {
  let value = 0;
  for (const digit of Array.from(text).toReversed()) value = value * 64 + CRYPT_ALPHABET.indexOf(digit);
  return value;
}

/**
 * Decodes the bytes of scrypt's crypt(3) format: groups of three, each a little-endian number. Returns `undefined` when
 * the last group has bits beyond its bytes.
 */
export function decodeCryptBytes(text: string): Buffer | undefined {
  const bytes: number[] = [];
  for (let start = 0; start < text.length; start += 4) {
    const group = text.slice(start, start + 4);
    let value = decodeCryptNumber(group);
    for (let i = 1; i < group.length; i++) {
      bytes.push(value & 255);
      value >>>= 8;
    }
    if (value !== 0) return undefined;
  }
  return Buffer.from(bytes);
}
