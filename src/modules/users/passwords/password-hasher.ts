import { randomBytes } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { HashingQueue } from './hashing-queue.js';
import { MAX_PASSWORD_BYTES, isHashable, normalizePassword } from './normalize-password.js';
import { type Argon2Parameters, argon2, hashArgon2id, isBelow } from './schemes/argon2.js';
import { bcrypt } from './schemes/bcrypt.js';
import type { PasswordScheme } from './schemes/password-scheme.js';
import { pbkdf2 } from './schemes/pbkdf2.js';
import { scrypt } from './schemes/scrypt.js';

/** What a hash made today costs: OWASP's first choice for Argon2id, 19 MiB and two passes. */
export const TODAY: Readonly<Argon2Parameters> = { memory: 19_456, passes: 2, lanes: 1 };

const SCHEMES: readonly PasswordScheme[] = [argon2, bcrypt, scrypt, pbkdf2];

const UNKNOWN_SCHEME = 'The hash must be of Argon2, bcrypt, scrypt or PBKDF2, in its usual notation.';

/** Longer than any hash of a known scheme within its bounds. */
const MAX_HASH_LENGTH = 512;

export interface PasswordVerdict {
  matches: boolean;
  /**
   * Set with a match alone: the hash is not Argon2id, or costs less than today's, and should be made anew
   * while the password is at hand.
   */
  outdated: boolean;
}

/**
 * Hashes passwords and compares them, the only place that does either (NIST SP 800-63B-4 §3.1.1.2). All of it
 * goes through the queue.
 */
@Injectable()
export class PasswordHasher {
  /**
   * Stands in for the hash of a person who has none: no password is known to match it, and finding out costs
   * the same.
   */
  private readonly dummy: string;

  /** @throws RangeError when the parameters are beyond what this class would verify. */
  constructor(
    private readonly queue: HashingQueue,
    @Optional() private readonly parameters: Argon2Parameters = TODAY,
  ) {
    const { memory, passes, lanes } = parameters;
    this.dummy = `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${randomPhcBase64(16)}$${randomPhcBase64(32)}`;
    const problem = argon2.checkImport(this.dummy);
    if (problem !== undefined) throw new RangeError(problem);
  }

  /**
   * Hashes a password with Argon2id and today's parameters, into a PHC string. Whether it is a good one is
   * not asked here.
   * @throws RangeError when it is longer than 4,096 bytes, or not well-formed Unicode.
   * @param signal of the request that asks: once aborted, what still waits is not hashed.
   * @throws HashingQueueFull when too many are waiting; the reason of the signal.
   */
  async hash(password: string, signal?: AbortSignal): Promise<string> {
    if (!isHashable(password)) {
      throw new RangeError(`A password has at most ${MAX_PASSWORD_BYTES} bytes of valid Unicode`);
    }
    return this.queue.run(() => hashArgon2id(normalizePassword(password), this.parameters), signal);
  }

  /**
   * Compares a password with a stored hash. Without one, for an unknown person or one who has no password, it
   * does the same work and the answer is no. What is too long to be a password is answered at once, whoever
   * it is for.
   * @param signal of the request that asks: once aborted, what still waits is not compared.
   * @throws HashingQueueFull when too many are waiting; the reason of the signal.
   */
  async verify(hash: string | null, password: string, signal?: AbortSignal): Promise<PasswordVerdict> {
    if (!isHashable(password)) return { matches: false, outdated: false };

    // A hash that is damaged, or is of no known scheme, must not be told from any other by the time it takes
    // either.
    const scheme = hash === null || this.checkImport(hash) !== undefined ? undefined : schemeOf(hash);
    const stored = scheme === undefined || hash === null ? this.dummy : hash;
    const right = await this.queue.run(
      () => (scheme ?? argon2).verify(stored, normalizePassword(password)),
      signal,
    );

    const matches = right && scheme !== undefined;
    return { matches, outdated: matches && isBelow(stored, this.parameters) };
  }

  /**
   * Says in plain English why a hash made elsewhere cannot be taken over, or `undefined` when it can. Never
   * repeats the hash.
   */
  checkImport(hash: string): string | undefined {
    const scheme = hash.length <= MAX_HASH_LENGTH ? schemeOf(hash) : undefined;
    return scheme === undefined ? UNKNOWN_SCHEME : scheme.checkImport(hash);
  }
}

function schemeOf(hash: string): PasswordScheme | undefined {
  return SCHEMES.find((scheme) => scheme.matches(hash));
}

function randomPhcBase64(bytes: number): string {
  return randomBytes(bytes).toString('base64').replace(/=+$/, '');
}
