import { scrypt as nodeScrypt, timingSafeEqual } from 'node:crypto';
import { decodeCryptNumber, decodePhcBase64, encodeCryptBytes } from './encodings.js';
import type { PasswordScheme } from './password-scheme.js';

/** scrypt needs 128 * N * r bytes for its large array (RFC 7914 §2): at most 128 MiB here. */
const MOST_MEMORY = 128 * 1024 * 1024;
/** And 128 * r * p for the small ones, which only a hash that is made to do harm has large. */
const MOST_SIDE_MEMORY = 16 * 1024 * 1024;
/** The work is N * r * p: four times what OWASP asks for. */
const MOST_WORK = 2 ** 22;

const SALT_BYTES = { least: 8, most: 64 };
const DIGEST_BYTES = { least: 16, most: 64 };
/** The crypt(3) format has digests of one length. */
const CRYPT_DIGEST_BYTES = 32;

const PHC =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d{0,5}),p=([1-9]\d{0,5})\$([A-Za-z0-9+/.]{1,100})\$([A-Za-z0-9+/.]{1,100})$/;
const CRYPT =
  /^\$7\$([./A-Za-z0-9])([./A-Za-z0-9]{5})([./A-Za-z0-9]{5})([./A-Za-z0-9]{1,64})\$([./A-Za-z0-9]{43})$/;

interface ScryptHash {
  /** The binary logarithm of N. */
  logN: number;
  r: number;
  p: number;
  salt: Buffer;
  digestBytes: number;
  /** Whether a derived key is the one in the hash. */
  equals(derived: Buffer): boolean;
}

/**
 * scrypt (RFC 7914), in PHC strings `$scrypt$` and in the crypt(3) format `$7$`, for hashes that were made
 * elsewhere.
 */
export const scrypt: PasswordScheme = {
  matches: (hash) => /^\$(?:scrypt|7)\$/.test(hash),

  async verify(hash, password) {
    const parsed = parse(hash);
    if (parsed === undefined || costsTooMuch(parsed)) return false;
    return parsed.equals(await derive(password, parsed));
  },

  checkImport(hash) {
    const parsed = parse(hash);
    if (parsed === undefined) return 'The scrypt hash is malformed.';
    return costsTooMuch(parsed)
      ? 'The scrypt hash costs too much: at most 128 MiB, and N * r * p up to 2^22.'
      : undefined;
  },
};

function costsTooMuch({ logN, r, p }: ScryptHash): boolean {
  const N = 2 ** logN;
  return 128 * N * r > MOST_MEMORY || 128 * r * p > MOST_SIDE_MEMORY || N * r * p > MOST_WORK;
}

function parse(hash: string): ScryptHash | undefined {
  const parsed = parsePhc(hash) ?? parseCrypt(hash);
  // RFC 7914 §2: N is less than 2^(128 * r / 8), and p has a limit that MOST_WORK stays far below.
  const wellFormed =
    parsed !== undefined && parsed.logN >= 1 && parsed.r >= 1 && parsed.p >= 1 && parsed.logN < 16 * parsed.r;
  return wellFormed ? parsed : undefined;
}

function parsePhc(hash: string): ScryptHash | undefined {
  const [, logN, r, p, encodedSalt, encodedDigest] = PHC.exec(hash) ?? [];
  const salt = decodePhcBase64(encodedSalt ?? '');
  const digest = decodePhcBase64(encodedDigest ?? '');
  if (salt === undefined || digest === undefined) return undefined;
  if (!isWithin(SALT_BYTES, salt.length) || !isWithin(DIGEST_BYTES, digest.length)) return undefined;
  return {
    logN: Number(logN),
    r: Number(r),
    p: Number(p),
    salt,
    digestBytes: digest.length,
    equals: (derived) => timingSafeEqual(derived, digest),
  };
}

/** Here the salt is the characters themselves, not what they encode. */
function parseCrypt(hash: string): ScryptHash | undefined {
  const [, logN = '', r = '', p = '', salt = '', digest] = CRYPT.exec(hash) ?? [];
  if (digest === undefined) return undefined;
  return {
    logN: decodeCryptNumber(logN),
    r: decodeCryptNumber(r),
    p: decodeCryptNumber(p),
    salt: Buffer.from(salt, 'ascii'),
    digestBytes: CRYPT_DIGEST_BYTES,
    equals: (derived) => timingSafeEqual(Buffer.from(encodeCryptBytes(derived)), Buffer.from(digest)),
  };
}

function isWithin({ least, most }: { least: number; most: number }, length: number): boolean {
  return length >= least && length <= most;
}

function derive(password: string, { logN, r, p, salt, digestBytes }: ScryptHash): Promise<Buffer> {
  const N = 2 ** logN;
  // Node counts the small arrays, too, and refuses what needs more than this.
  const maxmem = 128 * r * (N + p + 2) + 1024;
  return new Promise((resolve, reject) => {
    nodeScrypt(password, salt, digestBytes, { N, r, p, maxmem }, (error, derived) => {
      if (error) reject(error);
      else resolve(derived);
    });
  });
}
