import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { HashingLanes } from './hashing-lanes.js';
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
  run(hash: PasswordHash, password: string, signal?: AbortSignal): Promise<boolean> {
    const work = async (): Promise<boolean> => {
      const start = performance.now();
      const matches = await hash.verify(password);
      this.floor.record(hash, performance.now() - start);
      return matches;
    };
    return this.lanes.runFor(hash, work, signal);
  }

  /** Does the work of a comparison. Throws as `run` does. */
  async tryOut(hash: PasswordHash, signal?: AbortSignal): Promise<void> {
    await this.run(hash, UNGUESSABLE, signal);
  }
}
