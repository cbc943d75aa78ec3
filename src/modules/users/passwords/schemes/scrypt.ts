import { scrypt as nodeScrypt, timingSafeEqual } from 'node:crypto';
import { decodeCryptBytes, decodeCryptNumber, decodePhcBase64, encodePhcBase64 } from './encodings.js';
import { type PasswordScheme, UnusableHash } from './password-scheme.js';

/** scrypt needs 128 * N * r bytes for its large array (RFC 7914 §2): at most 128 MiB here. */
const MAX_MEMORY = 128 * 1024 * 1024;
/** And 128 * r * p for the small ones, which only a hash that is made to do harm has large. */
const MAX_SIDE_MEMORY = 16 * 1024 * 1024;
/** The work is N * r * p; more than this is never computed, with any settings. */
const MAX_WORK = 2 ** 22;
/** The work that takes as long as a hash made today: N = 2^14, r = 8, p = 1. */
const UNIT_OF_WORK = 2 ** 17;

const SALT_BYTES = { min: 8, max: 128 };
const DIGEST_BYTES = { min: 16, max: 64 };

const PHC =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d{0,5}),p=([1-9]\d{0,5})\$([A-Za-z0-9+/.=]{1,180})\$([A-Za-z0-9+/.=]{1,100})$/;
const CRYPT =
  /^\$7\$([./A-Za-z0-9])([./A-Za-z0-9]{5})([./A-Za-z0-9]{5})([./A-Za-z0-9]{1,64})\$([./A-Za-z0-9]{43})$/;

export interface ScryptHash {
  /** The binary logarithm of N. */
  logN: number;
  r: number;
  p: number;
  salt: Buffer;
  digest: Buffer;
}

/**
 * scrypt (RFC 7914), in PHC strings `$scrypt$` and in the crypt(3) format `$7$`, for hashes that were made
 * elsewhere.
 */
export const scrypt: PasswordScheme = {
  matches: (hash) => /^\$(?:scrypt|7)\$/.test(hash),

  read(hash) {
    const parsed = parsePhc(hash) ?? parseCrypt(hash);
    if (parsed === undefined || !isWellFormed(parsed))
      throw new UnusableHash('The scrypt hash is malformed.');
    if (costsTooMuch(parsed)) {
      throw new UnusableHash('The scrypt hash costs too much: at most 128 MiB, and N * r * p up to 2^22.');
    }
    return {
      text: scryptNotation(parsed),
      scheme: 'scrypt',
      cost: workOf(parsed) / UNIT_OF_WORK,
      verify: async (password) => timingSafeEqual(await derive(password, parsed), parsed.digest),
    };
  },
};

/** An scrypt hash as a PHC string. */
export function scryptNotation({ logN, r, p, salt, digest }: ScryptHash): string {
  return `$scrypt$ln=${logN},r=${r},p=${p}$${encodePhcBase64(salt)}$${encodePhcBase64(digest)}`;
}

function workOf({ logN, r, p }: ScryptHash): number {
  return 2 ** logN * r * p;
}

function costsTooMuch(hash: ScryptHash): boolean {
  const { logN, r, p } = hash;
  return 128 * 2 ** logN * r > MAX_MEMORY || 128 * r * p > MAX_SIDE_MEMORY || workOf(hash) > MAX_WORK;
}

/** RFC 7914 §2: N is less than 2^(128 * r / 8), and p has a limit that MAX_WORK stays far below. */
function isWellFormed({ logN, r, p, salt, digest }: ScryptHash): boolean {
  return (
    logN >= 1 &&
    r >= 1 &&
    p >= 1 &&
    logN < 16 * r &&
    isWithin(SALT_BYTES, salt.length) &&
    isWithin(DIGEST_BYTES, digest.length)
  );
}

function parsePhc(hash: string): ScryptHash | undefined {
  const [, logN, r, p, encodedSalt, encodedDigest] = PHC.exec(hash) ?? [];
  const salt = decodePhcBase64(encodedSalt ?? '');
  const digest = decodePhcBase64(encodedDigest ?? '');
  if (logN === undefined || salt === undefined || digest === undefined) return undefined;
  return { logN: Number(logN), r: Number(r), p: Number(p), salt, digest };
}

/** Here the salt is the characters themselves, not what they encode. */
function parseCrypt(hash: string): ScryptHash | undefined {
  const [, logN = '', r = '', p = '', salt = '', encodedDigest = ''] = CRYPT.exec(hash) ?? [];
  const digest = decodeCryptBytes(encodedDigest);
  if (salt === '' || digest === undefined) return undefined;
  return {
    logN: decodeCryptNumber(logN),
    r: decodeCryptNumber(r),
    p: decodeCryptNumber(p),
    salt: Buffer.from(salt, 'ascii'),
    digest,
  };
}

function isWithin({ min, max }: { min: number; max: number }, length: number): boolean {
  return length >= min && length <= max;
}

function derive(password: string, { logN, r, p, salt, digest }: ScryptHash): Promise<Buffer> {
  const N = 2 ** logN;
  // Node counts the small arrays, too, and refuses what needs more than this.
  const maxmem = 128 * r * (N + p + 2) + 1024;
  return new Promise((resolve, reject) => {
    nodeScrypt(password, salt, digest.length, { N, r, p, maxmem }, (error, derived) => {
      if (error) reject(error);
      else resolve(derived);
    });
  });
}
