import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { decodePhcBase64 } from './encodings.js';
import type { PasswordScheme } from './password-scheme.js';

/** The cost of an Argon2 hash (RFC 9106 §3.1). */
export interface Argon2Parameters {
  /** Memory, in KiB: `m`. */
  memory: number;
  /** Passes over the memory: `t`. */
  passes: number;
  /** Degree of parallelism: `p`. */
  lanes: number;
}

/** The most that a sign-in may cost: 256 MiB, ten passes, eight lanes. */
const MOST: Argon2Parameters = { memory: 262_144, passes: 10, lanes: 8 };

const V13 = 19;
const SALT_BYTES = { least: 8, most: 64 };
const DIGEST_BYTES = { least: 16, most: 64 };

const PHC =
  /^\$argon2(id|i|d)\$(?:v=(16|19)\$)?m=([1-9]\d{0,7}),t=([1-9]\d{0,3}),p=([1-9]\d{0,2})\$([A-Za-z0-9+/]{1,100})\$([A-Za-z0-9+/]{1,100})$/;

interface Argon2Hash extends Argon2Parameters {
  variant: string;
  version: number;
  saltBytes: number;
  digestBytes: number;
}

/** Argon2 in PHC strings: id, i and d, versions 0x13 and, as old hashes have it, 0x10. */
export const argon2: PasswordScheme = {
  matches: (hash) => /^\$argon2(?:id|i|d)\$/.test(hash),

  async verify(hash, password) {
    return argon2.checkImport(hash) === undefined && argon2Verify(hash, password);
  },

  checkImport(hash) {
    const parsed = parse(hash);
    if (parsed === undefined) return 'The Argon2 hash is malformed.';
    if (parsed.memory > MOST.memory || parsed.passes > MOST.passes || parsed.lanes > MOST.lanes) {
      return `The Argon2 hash costs too much: at most m=${MOST.memory}, t=${MOST.passes}, p=${MOST.lanes}.`;
    }
    return undefined;
  },
};

/** Hashes a normalised password with Argon2id and a random salt, into a PHC string. */
export function hashArgon2id(password: string, { memory, passes, lanes }: Argon2Parameters): Promise<string> {
  return argon2Hash(password, { memoryCost: memory, timeCost: passes, parallelism: lanes });
}

/**
 * Whether a hash should be made anew: it is not Argon2id, not of today's version, or costs less than today's
 * parameters in any way.
 */
export function isBelow(hash: string, today: Argon2Parameters): boolean {
  const parsed = parse(hash);
  return (
    parsed === undefined ||
    parsed.variant !== 'id' ||
    parsed.version !== V13 ||
    parsed.memory < today.memory ||
    parsed.passes < today.passes ||
    parsed.lanes < today.lanes
  );
}

function parse(hash: string): Argon2Hash | undefined {
  const [, variant, version, memory, passes, lanes, salt, digest] = PHC.exec(hash) ?? [];
  const saltBytes = decodePhcBase64(salt ?? '')?.length ?? 0;
  const digestBytes = decodePhcBase64(digest ?? '')?.length ?? 0;
  const parsed = {
    variant: variant ?? '',
    // Version 0x10 was not written down: strings without a version are of before there was another.
    version: Number(version ?? 16),
    memory: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    saltBytes,
    digestBytes,
  };
  const wellFormed =
    parsed.memory >= 8 * parsed.lanes &&
    saltBytes >= SALT_BYTES.least &&
    saltBytes <= SALT_BYTES.most &&
    digestBytes >= DIGEST_BYTES.least &&
    digestBytes <= DIGEST_BYTES.most;
  return wellFormed ? parsed : undefined;
}
