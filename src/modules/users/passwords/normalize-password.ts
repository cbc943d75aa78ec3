/**
 * A longer password, in UTF-8 bytes, is never hashed: what the 1,024 code points that a new password may have
 * can take at most.
 */
export const MAX_PASSWORD_BYTES = 4096;

/**
 * Before NFC the same password can take three times the bytes: a Hangul syllable is three bytes composed and
 * nine decomposed.
 */
const MAX_BYTES_BEFORE_NFC = 3 * MAX_PASSWORD_BYTES;

/**
 * More combining marks in a row than any language writes (UAX #15 §13 stops at 30). Normalising them is
 * quadratic: 64 KiB hold up the process for seconds.
 */
const TOO_MANY_MARKS = /\p{M}{31}/u;

/**
 * A password in the one form that is hashed and compared: NFC, and nothing else (RFC 8265 §4.2.2 without its
 * mapping of spaces). No trimming, no case folding, no NFKC: what a person typed differently is a different
 * password.
 */
export function normalizePassword(password: string): string {
  return password.normalize('NFC');
}

/**
 * Whether a text can be somebody's password at all, and is cheap enough to normalise and to hash: at most
 * 4,096 bytes, well-formed (half a surrogate pair would be hashed as U+FFFD, and so match any other half),
 * without absurd runs of combining marks.
 */
export function isHashable(password: string): boolean {
  return (
    password.length <= MAX_BYTES_BEFORE_NFC &&
    password.isWellFormed() &&
    !TOO_MANY_MARKS.test(password) &&
    Buffer.byteLength(normalizePassword(password), 'utf8') <= MAX_PASSWORD_BYTES
  );
}
