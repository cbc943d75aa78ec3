import { randomBytes } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { HashingQueue } from './hashing-queue.js';
import { MAX_PASSWORD_BYTES, isHashable, normalizePassword } from './normalize-password.js';
import { readForeignHash, readHash } from './read-hash.js';
import { type Argon2Parameters, TODAY, hashArgon2id, isBelow } from './schemes/argon2.js';
import { BcryptUnavailable } from './schemes/bcrypt-library.js';
import { encodePhcBase64 } from './schemes/encodings.js';
import { type PasswordHash, UnusableHash } from './schemes/password-scheme.js';

/** What an imported hash may cost, in units of a hash made today, unless the settings say otherwise. */
const DEFAULT_MAX_IMPORT_COST = 4;

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
  private readonly dummy: PasswordHash;

  /** @throws UnusableHash when the parameters are beyond what this class would verify. */
  constructor(
    private readonly queue: HashingQueue,
    @Optional() private readonly parameters: Argon2Parameters = TODAY,
    @Optional() private readonly maxImportCost: number = DEFAULT_MAX_IMPORT_COST,
  ) {
    const { memory, passes, lanes } = parameters;
    const [salt, digest] = [16, 32].map((bytes) => encodePhcBase64(randomBytes(bytes)));
    this.dummy = readHash(`$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${salt}$${digest}`);
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

    // A hash that is damaged must not be told from any other by the time it takes either.
    const stored = hash === null ? undefined : readIfUsable(hash);
    const compared = stored ?? this.dummy;
    const right = await this.queue.run(() => compared.verify(normalizePassword(password)), signal);

    const matches = right && stored !== undefined;
    return { matches, outdated: matches && isBelow(compared.text, this.parameters) };
  }

  /**
   * Reads a hash that another system made, and compares it once with a password that nobody has: what cannot be used
   * is refused here, and not at somebody's sign-in.
   * @returns the canonical notation, to be stored instead of the hash given
   * @throws UnusableHash with a sentence for the administrator; HashingQueueFull; the reason of the signal
   */
  async import(hash: string, signal?: AbortSignal): Promise<string> {
    const read = readForeignHash(hash);
    if (read.cost > this.maxImportCost) throw tooExpensive(read.cost, this.maxImportCost);
    await this.queue.run(() => tryOut(read), signal);
    return read.text;
  }
}

function readIfUsable(hash: string): PasswordHash | undefined {
  try {
    return readHash(hash);
  } catch (error) {
    if (error instanceof UnusableHash) return undefined;
    throw error;
  }
}

async function tryOut(hash: PasswordHash): Promise<void> {
  try {
    await hash.verify(randomBytes(16).toString('base64url'));
  } catch (cause) {
    if (cause instanceof BcryptUnavailable) throw new UnusableHash(cause.message, { cause });
    throw new UnusableHash('The hash cannot be decoded: it is damaged, or was cut off.', { cause });
  }
}

function tooExpensive(cost: number, max: number): UnusableHash {
  return new UnusableHash(
    `The hash costs ${cost.toFixed(1)} times as much as one made today; the maximum is ${max} (IMPORT_MAX_COST). ` +
      'Raise that setting for the import, or create the user with a new password.',
  );
}
