import { pbkdf2 as nodePbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { decodePhcBase64 } from './encodings.js';
import type { PasswordScheme } from './password-scheme.js';

const derive = promisify(nodePbkdf2);

/** Every block of the digest's size is derived from the beginning, so that a long key multiplies the work. */
const MOST_ITERATIONS = 5_000_000;

const SALT_BYTES = { least: 8, most: 64 };
const LEAST_KEY_BYTES = 16;
const DIGEST_BYTES: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, sha512: 64 };

/** The iterations stand in a parameter list, and the key's length perhaps beside them. */
const PHC = /^i=([1-9]\d{0,9})(?:,l=([1-9]\d{0,2}))?$/;
/** passlib writes the iterations alone. */
const MODULAR = /^([1-9]\d{0,9})$/;
const HASH =
  /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$([0-9il=,]{1,30})\$([A-Za-z0-9+/.]{1,100})\$([A-Za-z0-9+/.]{1,100})$/;

interface Pbkdf2Hash {
  digest: string;
  iterations: number;
  salt: Buffer;
  key: Buffer;
}

/**
 * PBKDF2 (RFC 8018 §5.2) with HMAC-SHA-1, -256 or -512, in PHC strings and as passlib writes it, for hashes
 * that were made elsewhere.
 */
export const pbkdf2: PasswordScheme = {
  matches: (hash) => /^\$pbkdf2(?:-[a-z0-9]+)?\$/.test(hash),

  async verify(hash, password) {
    const parsed = parse(hash);
    if (parsed === undefined || parsed.iterations > MOST_ITERATIONS) return false;
    const { digest, iterations, salt, key } = parsed;
    return timingSafeEqual(await derive(password, salt, iterations, key.length, digest), key);
  },

  checkImport(hash) {
    const parsed = parse(hash);
    if (parsed === undefined) return 'The PBKDF2 hash is malformed.';
    return parsed.iterations > MOST_ITERATIONS
      ? `The PBKDF2 hash costs too much: at most ${MOST_ITERATIONS} iterations.`
      : undefined;
  },
};

function parse(hash: string): Pbkdf2Hash | undefined {
  const [, digest = 'sha1', parameters = '', encodedSalt = '', encodedKey = ''] = HASH.exec(hash) ?? [];
  const [, iterations, keyBytes] = PHC.exec(parameters) ?? MODULAR.exec(parameters) ?? [];
  const salt = decodePhcBase64(encodedSalt);
  const key = decodePhcBase64(encodedKey);
  if (iterations === undefined || salt === undefined || key === undefined) return undefined;

  const wellFormed =
    salt.length >= SALT_BYTES.least &&
    salt.length <= SALT_BYTES.most &&
    key.length >= LEAST_KEY_BYTES &&
    key.length <= (DIGEST_BYTES[digest] ?? 0) &&
    (keyBytes === undefined || Number(keyBytes) === key.length);
  return wellFormed ? { digest, iterations: Number(iterations), salt, key } : undefined;
}
