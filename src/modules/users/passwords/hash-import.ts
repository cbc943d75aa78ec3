import { Injectable } from '@nestjs/common';
import { HashingConfig } from '../../../config/config.js';
import { HashComparison } from './hash-comparison.js';
import { HashingQueueFull } from './hashing-queue.js';
import { readForeignHash } from './read-hash.js';
import { RefusalFloor } from './refusals/refusal-floor.js';
import { BcryptUnavailable } from './schemes/bcrypt-library.js';
import { UnusableHash } from './schemes/password-scheme.js';

/** Takes over hashes that other systems made. */
@Injectable()
export class HashImport {
  constructor(
    private readonly comparison: HashComparison,
    private readonly floor: RefusalFloor,
    private readonly config: HashingConfig,
  ) {}

  /**
   * Reads a hash and compares it once: an unusable hash is refused here instead of at a sign-in.
   * @returns the canonical notation, to be stored instead of the hash given
   * @throws UnusableHash with a sentence for the administrator; HashingQueueFull; the reason of the signal
   */
  async read(foreign: string, signal?: AbortSignal): Promise<string> {
    const hash = readForeignHash(foreign);
    const { maxImportCost } = this.config;
    if (hash.cost > maxImportCost) throw tooExpensive(hash.cost, maxImportCost);
    try {
      const ms = await this.comparison.tryOut(hash, signal);
      // A hash that nobody has measured would take the place of a measured one.
      this.floor.include(hash, ms);
    } catch (error) {
      throw asUnusable(error, signal);
    }
    return hash.text;
  }
}

/** What the comparison failed with: the hash or this platform, unless there was no room or the caller has gone. */
function asUnusable(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof BcryptUnavailable) return new UnusableHash(error.message, { cause: error });
  if (error instanceof HashingQueueFull || signal?.aborted) return error;
  return new UnusableHash('The hash cannot be decoded: it is damaged, or was cut off.', { cause: error });
}

function tooExpensive(cost: number, max: number): UnusableHash {
  return new UnusableHash(
    `The hash costs ${cost.toFixed(1)} times as much as one made today; the maximum is ${max} (IMPORT_MAX_COST). ` +
      'Raise that setting for the import, or create the user with a new password.',
  );
}
