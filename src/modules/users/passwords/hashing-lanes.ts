import { Injectable } from '@nestjs/common';
import type { BoundedQueueOptions } from '../../../platform/queue/bounded-queue.js';
import { HashingQueue } from './hashing-queue.js';
import type { PasswordHash } from './schemes/password-scheme.js';

/** One at a time on any number of cores. The queue has the same length for each slot as the other lane's. */
export const EXPENSIVE_LANE: Readonly<BoundedQueueOptions> = { slots: 1, waiting: 32 };

/** What a hash made today costs: the unit of all costs. */
const TODAY = 1;

/** Guesses at one name then leave room for other names, and a person may still try again while one is running. */
export const MAX_PLACES_OF_A_NAME = 2;

/** Turns for imported hashes that cost more than one made today. */
@Injectable()
export class ExpensiveLane extends HashingQueue {
  /** Work that runs or waits, by name: at most as many names as the lane has places. */
  private readonly places = new Map<string, number>();

  constructor() {
    super(EXPENSIVE_LANE);
  }

  /** Runs work for a name, which may have two places at a time. @throws HashingQueueFull; the reason of the signal */
  async runFor<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const taken = this.places.get(name) ?? 0;
    if (taken >= MAX_PLACES_OF_A_NAME) throw this.full();
    this.places.set(name, taken + 1);
    try {
      return await this.run(work, signal);
    } finally {
      this.leave(name);
    }
  }

  private leave(name: string): void {
    const left = this.places.get(name)! - 1;
    if (left === 0) this.places.delete(name);
    else this.places.set(name, left);
  }
}

/** What the lanes run work for. */
export interface Turn {
  /** Whom a password is checked for, known or not; absent for an import and a survey. */
  name?: string;
  signal?: AbortSignal | undefined;
}

/**
 * Expensive hashes wait only for one another, and other hashes never wait for them. Repeated guesses at one take a
 * single core.
 */
@Injectable()
export class HashingLanes {
  constructor(
    private readonly queue: HashingQueue,
    private readonly expensive: ExpensiveLane,
  ) {}

  /** Runs work of today's cost. @throws HashingQueueFull; the reason of the signal */
  run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.queue.run(work, signal);
  }

  /**
   * Runs work on this hash, in its lane. Where the queue is full, no check is admitted, so that the response does not
   * tell which lane a check would have taken. In the expensive lane a name has two places at most, whether or not it is a
   * user's.
   * @throws HashingQueueFull; the reason of the signal
   */
  async runFor<T>(hash: PasswordHash, work: () => Promise<T>, { name, signal }: Turn = {}): Promise<T> {
    if (hash.cost <= TODAY) return this.queue.run(work, signal);
    this.queue.demandRoom();
    return name === undefined ? this.expensive.run(work, signal) : this.expensive.runFor(name, work, signal);
  }
}
