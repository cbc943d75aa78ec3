import { aspnetIdentity } from './notations/aspnet-identity.js';
import { djangoPbkdf2, djangoPrefix, djangoScrypt } from './notations/django.js';
import type { NotationRewrite } from './notations/notation-rewrite.js';
import { ldapPbkdf2, nextcloud, schemeId } from './notations/prefixes.js';
import { refusedNotation } from './notations/refused-notations.js';
import { springPbkdf2, springScrypt } from './notations/spring.js';
import { werkzeugPbkdf2, werkzeugScrypt } from './notations/werkzeug.js';
import { argon2 } from './schemes/argon2.js';
import { bcrypt } from './schemes/bcrypt.js';
import { type PasswordHash, type PasswordScheme, UnusableHash } from './schemes/password-scheme.js';
import { pbkdf2 } from './schemes/pbkdf2.js';
import { scrypt } from './schemes/scrypt.js';

const SCHEMES: readonly PasswordScheme[] = [argon2, bcrypt, scrypt, pbkdf2];

const REWRITES: readonly NotationRewrite[] = [
  nextcloud,
  schemeId,
  ldapPbkdf2,
  springPbkdf2,
  springScrypt,
  djangoPbkdf2,
  djangoScrypt,
  djangoPrefix,
  werkzeugPbkdf2,
  werkzeugScrypt,
  aspnetIdentity,
];

const UNKNOWN_NOTATION =
  'The hash must be of Argon2, bcrypt, scrypt or PBKDF2, in its usual notation. ' +
  'Create the user without password_hash, and with a new password.';

/** Longer than any hash of a known scheme within its bounds. */
const MAX_HASH_LENGTH = 2048;

/**
 * Reads a hash as it is stored, in a notation of one of the schemes.
 * @throws UnusableHash
 */
export function readHash(hash: string): PasswordHash {
  const scheme = hash.length <= MAX_HASH_LENGTH ? SCHEMES.find((each) => each.matches(hash)) : undefined;
  if (scheme === undefined) throw new UnusableHash(UNKNOWN_NOTATION);
  return scheme.read(hash);
}

/** Reads a stored hash; `undefined` for one that is damaged. */
export function readIfUsable(hash: string): PasswordHash | undefined {
  try {
    return readHash(hash);
  } catch (error) {
    if (error instanceof UnusableHash) return undefined;
    throw error;
  }
}

/**
 * Reads a hash as another system exports it.
 * @throws UnusableHash naming the notation and what to do, where it is known
 */
export function readForeignHash(hash: string): PasswordHash {
  if (hash.length > MAX_HASH_LENGTH) throw new UnusableHash(UNKNOWN_NOTATION);
  for (const rewrite of REWRITES) {
    const rewritten = rewrite(hash);
    if (rewritten !== undefined) return readForeignHash(rewritten);
  }
  const refusal = refusedNotation(hash);
  if (refusal !== undefined) throw new UnusableHash(refusal);
  return readHash(hash);
}
