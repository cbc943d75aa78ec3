/** The alphabet of crypt(3), in the order of its values. */
const CRYPT_ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Decodes the base64 of PHC strings, which has no padding. Also reads passlib's variant with `.` for `+`.
 * Answers `undefined` for anything that is not the one right spelling of some bytes.
 */
export function decodePhcBase64(text: string): Buffer | undefined {
  const standard = text.replaceAll('.', '+');
  const bytes = Buffer.from(standard, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === standard ? bytes : undefined;
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

/** Encodes bytes as scrypt's crypt(3) format does: groups of three, each a little-endian number. */
export function encodeCryptBytes(bytes: Buffer): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 3) {
    const group = bytes.subarray(start, start + 3);
    let value = group.readUIntLE(0, group.length);
    for (let i = 0; i <= group.length; i++) {
      text += CRYPT_ALPHABET.charAt(value & 63);
      value >>>= 6;
    }
  }
  return text;
}
