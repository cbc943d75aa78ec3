import { pbkdf2 as nodePbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { decodePhcBase64, encodePhcBase64 } from './encodings.js';
import { type PasswordScheme, UnusableHash } from './password-scheme.js';

const derive = promisify(nodePbkdf2);

/** More than this is never computed, with any settings. */
const MAX_ITERATIONS = 5_000_000;

const SALT_BYTES = { min: 8, max: 128 };
const KEY_BYTES = { min: 16, max: 1024 };

/** A digest's length in bytes, and the iterations that take as long as a hash made today. */
const DIGESTS: Readonly<Record<string, { bytes: number; unit: number }>> = {
  sha1: { bytes: 20, unit: 250_000 },
  sha256: { bytes: 32, unit: 250_000 },
  sha384: { bytes: 48, unit: 80_000 },
  sha512: { bytes: 64, unit: 80_000 },
};

/** The iterations stand in a parameter list, and the key's length perhaps beside them; passlib writes them alone. */
const ITERATIONS = /^(?:(?:l=\d{1,4},)?i=)?([1-9]\d{0,9})(?:,l=\d{1,4})?$/;
const KEY_LENGTH = /(?:^|,)l=([1-9]\d{0,3})(?:,|$)/;
const HASH =
  /^\$pbkdf2(?:-(sha1|sha256|sha384|sha512))?\$([0-9il=,]{1,30})\$([A-Za-z0-9+/.=]{1,180})\$([A-Za-z0-9+/.=]{1,1400})$/;

export interface Pbkdf2Hash {
  digest: string;
  iterations: number;
  salt: Buffer;
  key: Buffer;
}

/**
 * PBKDF2 (RFC 8018 §5.2) with HMAC-SHA-1, -256, -384 or -512, in PHC strings and as passlib writes it, for hashes that
 * were made elsewhere.
 *
 * Every block of a key is derived on its own from the beginning. So the first one decides whether a password matches,
 * a longer key would only multiply the work, and no more than the first block is stored.
 */
export const pbkdf2: PasswordScheme = {
  matches: (hash) => /^\$pbkdf2(?:-[a-z0-9]+)?\$/.test(hash),

  read(hash) {
    const parsed = parse(hash);
    if (parsed === undefined) throw new UnusableHash('The PBKDF2 hash is malformed.');
    const { digest, iterations, salt, key } = parsed;
    if (iterations > MAX_ITERATIONS) {
      throw new UnusableHash(`The PBKDF2 hash costs too much: at most ${MAX_ITERATIONS} iterations.`);
    }
    const firstBlock = key.subarray(0, DIGESTS[digest]!.bytes);
    return {
      text: pbkdf2Notation({ digest, iterations, salt, key: firstBlock }),
      scheme: `pbkdf2-${digest}`,
      cost: iterations / DIGESTS[digest]!.unit,
      verify: async (password) =>
        timingSafeEqual(await derive(password, salt, iterations, firstBlock.length, digest), firstBlock),
    };
  },
};

/** A PBKDF2 hash as a PHC string. */
export function pbkdf2Notation({ digest, iterations, salt, key }: Pbkdf2Hash): string {
  const parameters = `i=${iterations},l=${key.length}`;
  return `$pbkdf2-${digest}$${parameters}$${encodePhcBase64(salt)}$${encodePhcBase64(key)}`;
}

function parse(hash: string): Pbkdf2Hash | undefined {
  const [, digest = 'sha1', parameters = '', encodedSalt = '', encodedKey = ''] = HASH.exec(hash) ?? [];
  const [, iterations] = ITERATIONS.exec(parameters) ?? [];
  const [, keyLength] = KEY_LENGTH.exec(parameters) ?? [];
  const salt = decodePhcBase64(encodedSalt);
  const key = decodePhcBase64(encodedKey);
  if (iterations === undefined || salt === undefined || key === undefined) return undefined;

  const wellFormed =
    salt.length >= SALT_BYTES.min &&
    salt.length <= SALT_BYTES.max &&
    key.length >= KEY_BYTES.min &&
    key.length <= KEY_BYTES.max &&
    (keyLength === undefined || Number(keyLength) === key.length);
  return wellFormed ? { digest, iterations: Number(iterations), salt, key } : undefined;
}
