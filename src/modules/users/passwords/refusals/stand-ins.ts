import { createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { PasswordHash } from '../schemes/password-scheme.js';

/** A kind of hashes in the table: all of one scheme and cost. */
export interface HashKind {
  /** One of them. */
  hash: PasswordHash;
  /** The share of users who have such a one, of all users with a hash: 0 to 1. */
  share: number;
}

/** What a hash made today costs: the unit of all costs. */
const TODAY = 1;

/** Bytes of the digest that place a name between 0 and 1. */
const BYTES = 6;

/**
 * The hash that is compared for a name without one. Expensive hashes have their own lane, whose wait is observable
 * under load. So an unknown name takes that lane with the same probability as a known one. A keyed digest selects the
 * lane, so one name always has the same lane.
 */
@Injectable()
export class StandIns {
  private expensive: readonly HashKind[] = [];

  /** @param key the same for all processes of a deployment, and secret */
  constructor(private readonly key: Buffer) {}

  /** Takes note of the hashes in the table. */
  use(kinds: readonly HashKind[]): void {
    this.expensive = kinds.filter(({ hash }) => hash.cost > TODAY);
  }

  /** @returns undefined for a name that is treated as if it had a hash made today */
  standInFor(name: string): PasswordHash | undefined {
    const digest = createHmac('sha256', this.key).update(name).digest();
    let position = digest.readUIntBE(0, BYTES) / 2 ** (8 * BYTES);
    for (const { hash, share } of this.expensive) {
      if (position < share) return hash;
      position -= share;
    }
    return undefined;
  }
}

/**
 * The key for a deployment, from a secret that its processes share. Without one there is one process, and a key of its
 * own serves until it stops.
 */
export function standInKey(shared: Buffer | string | undefined): Buffer {
  if (shared === undefined) return randomBytes(32);
  return createHmac('sha256', shared).update('grantway stand-in hashes').digest();
}
