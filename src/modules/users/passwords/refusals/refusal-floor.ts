import { Injectable } from '@nestjs/common';
import type { PasswordHash } from '../schemes/password-scheme.js';
import { DurationEstimate } from './duration-estimate.js';

interface WatchedHash {
  hash: PasswordHash;
  duration: DurationEstimate;
  /** What counts until the hash is measured: the estimate of the one before it of the same scheme. */
  untilMeasured: number;
}

/**
 * The time that every refused password check takes, from its start: that of the most expensive hash in the table. So an
 * unknown name, a disabled user, a user without a password and a wrong password cannot be distinguished by time, at any
 * cost of their hashes. OWASP ASVS 6.3.8.
 */
@Injectable()
export class RefusalFloor {
  /** The most expensive hash of each scheme, by scheme: measurement decides which of them takes longest. */
  private watched = new Map<string, WatchedHash>();
  private readonly kept: PasswordHash[] = [];

  /** Adds a hash that counts with any content of the table. */
  keep(hash: PasswordHash): void {
    this.kept.push(hash);
    this.include(hash);
  }

  /**
   * Replaces the hashes of the table. What was measured of the same scheme and cost stays; that of another cost counts
   * until the new hash is measured.
   */
  watch(hashes: readonly PasswordHash[]): void {
    const before = this.watched;
    this.watched = new Map();
    for (const hash of [...this.kept, ...hashes]) this.put(hash, before);
  }

  /**
   * Adds a hash that is new in the table.
   * @param ms what one comparison with it took
   */
  include(hash: PasswordHash, ms?: number): void {
    const added = this.put(hash, this.watched);
    if (ms !== undefined) added?.duration.add(ms);
  }

  /** Counts one comparison that took so long, without any wait for its turn. */
  record({ scheme, cost }: PasswordHash, ms: number): void {
    const watched = this.watched.get(scheme);
    if (watched?.hash.cost === cost) watched.duration.add(ms);
  }

  /** The hashes that the floor depends on, but for those that are kept. */
  get hashes(): PasswordHash[] {
    return Array.from(this.watched.values(), ({ hash }) => hash).filter((hash) => !this.kept.includes(hash));
  }

  get milliseconds(): number {
    return Math.max(0, ...Array.from(this.watched.values(), upperOf));
  }

  /**
   * Waits until a check that began then may be refused. The wait is outside of the hashing queue, so that it delays no
   * other check.
   * @param began by `performance.now()`
   * @throws the reason of the signal
   */
  async reached(began: number, signal?: AbortSignal): Promise<void> {
    const left = began + this.milliseconds - performance.now();
    signal?.throwIfAborted();
    if (left <= 0) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => reject(signal?.reason as Error);
    const timer = setTimeout(resolve, left);
    signal?.addEventListener('abort', leave, { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
    }
  }

  /** @returns undefined where a hash of the scheme that costs as much is watched already */
  private put(hash: PasswordHash, before: ReadonlyMap<string, WatchedHash>): WatchedHash | undefined {
    const watched = this.watched.get(hash.scheme);
    if (watched !== undefined && watched.hash.cost >= hash.cost) return undefined;
    const known = before.get(hash.scheme);
    const duration = known?.hash.cost === hash.cost ? known.duration : new DurationEstimate();
    const added = { hash, duration, untilMeasured: known === undefined ? 0 : upperOf(known) };
    this.watched.set(hash.scheme, added);
    return added;
  }
}

function upperOf({ duration, untilMeasured }: WatchedHash): number {
  return duration.isEmpty ? untilMeasured : duration.upper;
}
