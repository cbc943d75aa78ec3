import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { HashingLanes, type Turn } from './hashing-lanes.js';
import { RefusalFloor } from './refusals/refusal-floor.js';
import type { PasswordHash } from './schemes/password-scheme.js';

/** A dummy password for comparisons whose result is not used. */
const UNGUESSABLE = randomBytes(16).toString('base64url');

/** Compares passwords with hashes, each in its lane and timed for the floor of refusals. */
@Injectable()
export class HashComparison {
  constructor(
    private readonly lanes: HashingLanes,
    private readonly floor: RefusalFloor,
  ) {}

  /** @throws HashingQueueFull; the reason of the signal; BcryptUnavailable; the library's error about the hash */
  async run(hash: PasswordHash, password: string, turn: Turn): Promise<boolean> {
    const { matches } = await this.lanes.runFor(hash, () => this.timed(hash, password), turn);
    return matches;
  }

  /**
   * Does the work of a comparison. Throws as `run` does.
   * @returns the milliseconds that it took, without any wait for its turn
   */
  async tryOut(hash: PasswordHash, signal?: AbortSignal): Promise<number> {
    const { ms } = await this.lanes.runFor(hash, () => this.timed(hash, UNGUESSABLE), { signal });
    return ms;
  }

  private async timed(hash: PasswordHash, password: string): Promise<{ matches: boolean; ms: number }> {
    const start = performance.now();
    const matches = await hash.verify(password);
    const ms = performance.now() - start;
    this.floor.record(hash, ms);
    return { matches, ms };
  }
}
