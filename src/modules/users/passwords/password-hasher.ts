import { randomBytes } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { HashComparison } from './hash-comparison.js';
import { HashingLanes } from './hashing-lanes.js';
import { MAX_PASSWORD_BYTES, isHashable, normalizePassword } from './normalize-password.js';
import { readIfUsable } from './read-hash.js';
import { RefusalFloor } from './refusals/refusal-floor.js';
import { StandIns } from './refusals/stand-ins.js';
import { type Argon2Parameters, TODAY, argon2, hashArgon2id, isBelow } from './schemes/argon2.js';
import { encodePhcBase64 } from './schemes/encodings.js';
import type { PasswordHash } from './schemes/password-scheme.js';

/** A presented password. */
export interface PasswordCheck {
  /** The same for all spellings that mean one user: a name has two places among expensive hashes. */
  name: string;
  /** What is stored; null for an unknown user, and for one without a password. */
  hash: string | null;
  password: string;
  /** Whether the user may sign in at all; a disabled one is refused as late as any other. */
  mayMatch?: boolean;
  /** When the check began, look-ups included, by `performance.now()`: refusals come equally long after that. */
  began?: number;
  /** Of the request: once aborted, what still waits is not compared. */
  signal?: AbortSignal | undefined;
}

export interface PasswordVerdict {
  matches: boolean;
  /**
   * Set with a match alone: the hash is not Argon2id, or costs less than today's, and should be made anew
   * while the password is at hand.
   */
  outdated: boolean;
}

const REFUSED: PasswordVerdict = { matches: false, outdated: false };

/**
 * Hashes passwords and checks them, the only place that does either (NIST SP 800-63B-4 §3.1.1.2). All of it
 * goes through the lanes, and every refusal takes the same time.
 */
@Injectable()
export class PasswordHasher {
  /** Stands in for the hash of a user who has none: no password is known to match it. */
  private readonly dummy: PasswordHash;

  /** @throws UnusableHash when the parameters are beyond what this class would verify. */
  constructor(
    private readonly lanes: HashingLanes,
    private readonly comparison: HashComparison,
    private readonly floor: RefusalFloor,
    private readonly standIns: StandIns,
    @Optional() private readonly parameters: Argon2Parameters = TODAY,
  ) {
    const { memory: m, passes: t, lanes: p } = parameters;
    const [salt, digest] = [16, 32].map((bytes) => encodePhcBase64(randomBytes(bytes)));
    this.dummy = argon2.read(`$argon2id$v=19$m=${m},t=${t},p=${p}$${salt}$${digest}`);
    floor.keep(this.dummy);
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
    return this.lanes.run(() => hashArgon2id(normalizePassword(password), this.parameters), signal);
  }

  /**
   * Compares a password with a stored hash, or with a stand-in where there is none. A refusal comes as late as that of
   * the most expensive hash would. An input too long for a password is refused at once, for every user.
   * @throws HashingQueueFull when too many are waiting; the reason of the signal.
   */
  async verify(check: PasswordCheck): Promise<PasswordVerdict> {
    const { name, hash, password, mayMatch = true, began = performance.now(), signal } = check;
    if (!isHashable(password)) return REFUSED;

    // A damaged hash must take the same time as any other.
    const stored = hash === null ? undefined : readIfUsable(hash);
    const compared = stored ?? this.standIns.standInFor(name) ?? this.dummy;
    const normalized = normalizePassword(password);
    const right = await this.comparison.run(compared, normalized, { name, signal });
    if (right && stored !== undefined && mayMatch) {
      const isKnownWhole = stored.comparesWhole?.(normalized) ?? true;
      return { matches: true, outdated: isKnownWhole && isBelow(stored.text, this.parameters) };
    }
    await this.floor.reached(began, signal);
    return REFUSED;
  }
}
