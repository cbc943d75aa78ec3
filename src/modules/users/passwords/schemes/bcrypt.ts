import { createHash, createHmac } from 'node:crypto';
import { bcryptLibrary } from './bcrypt-library.js';
import { type PasswordScheme, UnusableHash } from './password-scheme.js';

const COST = { min: 4, max: 15 };
/** At this cost bcrypt takes six times what a hash made today takes; each further step doubles it. */
const MEASURED = { cost: 12, work: 6 };

const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** 16 bytes of salt are 22 characters: the last has four bits too many. */
const SALT_BITS_IGNORED = 4;
/** 23 bytes of digest are 31 characters: the last has two bits too many. */
const DIGEST_BITS_IGNORED = 2;

/** bcrypt ignores all further bytes. */
const MAX_BYTES = 72;

const NOTATION = /^(|bcrypt_sha256\$|\$wp)(\$2[aby]\$(\d\d)\$)([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;

/** What is given to bcrypt instead of the password, by the prefix of the notation. */
const PREHASHES: Readonly<Record<string, (password: string) => string>> = {
  '': (password) => password,
  /** Django's BCryptSHA256PasswordHasher. */
  bcrypt_sha256$: (password) => createHash('sha256').update(password).digest('hex'),
  /** WordPress since 6.8, which also trims what is typed. */
  $wp: (password) => createHmac('sha384', 'wp-sha384').update(password.trim()).digest('base64'),
};

/**
 * bcrypt, for hashes that were made elsewhere: plain, and of a digest of the password as Django and WordPress have it.
 *
 * Of a password over 72 bytes plain bcrypt compares the first 72, as the system did that made the hash; nothing else
 * is known of such a password. So a mistake behind them is not noticed, and must not become the password.
 *
 * A password with a NUL in it never matches: to bcrypt it may be the same as one without.
 */
export const bcrypt: PasswordScheme = {
  matches: (hash) => /^(?:bcrypt_sha256\$|\$wp)?\$2[aby]\$/.test(hash),

  read(hash) {
    const [, prefix, setting, cost, salt, digest] = NOTATION.exec(hash) ?? [];
    const prehash = PREHASHES[prefix ?? ''];
    if (prefix === undefined || !setting || !salt || !digest || !prehash) {
      throw new UnusableHash('The bcrypt hash is malformed.');
    }
    if (Number(cost) < COST.min || Number(cost) > COST.max) {
      throw new UnusableHash(`The bcrypt hash must have a cost of ${COST.min} to ${COST.max}.`);
    }
    const plain =
      setting + withoutIgnoredBits(salt, SALT_BITS_IGNORED) + withoutIgnoredBits(digest, DIGEST_BITS_IGNORED);
    return {
      text: prefix + plain,
      scheme: 'bcrypt',
      cost: MEASURED.work * 2 ** (Number(cost) - MEASURED.cost),
      async verify(password) {
        const library = await bcryptLibrary();
        const input = prehash(password);
        return (await library.verify(input, plain)) && !input.includes('\0');
      },
      comparesWhole: (password) => Buffer.byteLength(prehash(password)) <= MAX_BYTES,
    };
  },
};

/** Some systems fill the bits that decoders ignore; ours refuses them, and would never find a match. */
function withoutIgnoredBits(text: string, bits: number): string {
  const last = ALPHABET.indexOf(text.slice(-1));
  return text.slice(0, -1) + ALPHABET.charAt((last >> bits) << bits);
}
