import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { decodePhcBase64, encodePhcBase64 } from './encodings.js';
import { type PasswordScheme, UnusableHash } from './password-scheme.js';

/** The cost of an Argon2 hash (RFC 9106 §3.1). */
export interface Argon2Parameters {
  /** Memory, in KiB: `m`. */
  memory: number;
  /** Passes over the memory: `t`. */
  passes: number;
  /** Degree of parallelism: `p`. */
  lanes: number;
}

/** What a hash made today costs: OWASP's first choice for Argon2id, 19 MiB and two passes. */
export const TODAY: Readonly<Argon2Parameters> = { memory: 19_456, passes: 2, lanes: 1 };

/** More than this is never computed, with any settings: 256 MiB, ten passes, eight lanes. */
const MAX: Argon2Parameters = { memory: 262_144, passes: 10, lanes: 8 };

/** Reserving the memory is a part of the work that a further pass does not repeat. */
const COST_EXPONENT = 0.8;

const V13 = 19;
const SALT_BYTES = { min: 8, max: 64 };
const DIGEST_BYTES = { min: 16, max: 64 };

const PHC =
  /^\$argon2(id|i|d)\$(?:v=(16|19)\$)?([a-z0-9=,]{1,60})\$([A-Za-z0-9+/=]{1,100})\$([A-Za-z0-9+/=]{1,100})$/;
const PARAMETER = /^([mtp])=([1-9]\d{0,7})$/;

interface Argon2Hash extends Argon2Parameters {
  variant: string;
  version: number;
  salt: Buffer;
  digest: Buffer;
}

/** Argon2 in PHC strings: id, i and d, versions 0x13 and, as old hashes have it, 0x10. */
export const argon2: PasswordScheme = {
  matches: (hash) => /^\$argon2(?:id|i|d)\$/.test(hash),

  read(hash) {
    const parsed = parse(hash);
    if (parsed === undefined) throw new UnusableHash('The Argon2 hash is malformed.');
    const { memory, passes, lanes } = parsed;
    if (memory > MAX.memory || passes > MAX.passes || lanes > MAX.lanes) {
      throw new UnusableHash(
        `The Argon2 hash costs too much: at most m=${MAX.memory}, t=${MAX.passes}, p=${MAX.lanes}.`,
      );
    }
    const text = notation(parsed);
    return {
      text,
      scheme: `argon2${parsed.variant}`,
      cost: ((memory * passes) / (TODAY.memory * TODAY.passes)) ** COST_EXPONENT,
      verify: (password) => argon2Verify(text, password),
    };
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
  const [, variant = '', version, parameters = '', encodedSalt = '', encodedDigest = ''] =
    PHC.exec(hash) ?? [];
  const { m: memory, t: passes, p: lanes } = readParameters(parameters) ?? {};
  const salt = decodePhcBase64(encodedSalt);
  const digest = decodePhcBase64(encodedDigest);
  if (memory === undefined || passes === undefined || lanes === undefined) return undefined;
  if (salt === undefined || digest === undefined) return undefined;
  const wellFormed =
    memory >= 8 * lanes &&
    salt.length >= SALT_BYTES.min &&
    salt.length <= SALT_BYTES.max &&
    digest.length >= DIGEST_BYTES.min &&
    digest.length <= DIGEST_BYTES.max;
  // Strings without a version are older than the second version.
  return wellFormed
    ? { variant, version: Number(version ?? 16), memory, passes, lanes, salt, digest }
    : undefined;
}

/** Libraries write the parameters in different orders. A repeated or unknown one is a mistake. */
function readParameters(text: string): Partial<Record<string, number>> | undefined {
  const parameters = text.split(',').map((parameter) => PARAMETER.exec(parameter));
  const entries = parameters.flatMap((match) => (match === null ? [] : [[match[1], Number(match[2])]]));
  const isComplete = parameters.length === 3 && entries.length === 3;
  return isComplete ? (Object.fromEntries(entries) as Record<string, number>) : undefined;
}

function notation({ variant, version, memory, passes, lanes, salt, digest }: Argon2Hash): string {
  const parameters = `m=${memory},t=${passes},p=${lanes}`;
  return `$argon2${variant}$v=${version}$${parameters}$${encodePhcBase64(salt)}$${encodePhcBase64(digest)}`;
}
