import { Injectable } from '@nestjs/common';
import type { BoundedQueueOptions } from '../../../platform/queue/bounded-queue.js';
import { HashingQueue } from './hashing-queue.js';
import type { PasswordHash } from './schemes/password-scheme.js';

/** One at a time on any number of cores. The queue has the same length for each slot as the other lane's. */
export const EXPENSIVE_LANE: Readonly<BoundedQueueOptions> = { slots: 1, waiting: 32 };

/** What a hash made today costs: the unit of all costs. */
const TODAY = 1;

/** Turns for imported hashes that cost more than one made today. */
@Injectable()
export class ExpensiveLane extends HashingQueue {
  constructor() {
    super(EXPENSIVE_LANE);
  }
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
   * tell which lane a check would have taken.
   * @throws HashingQueueFull; the reason of the signal
   */
  async runFor<T>(hash: PasswordHash, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (hash.cost <= TODAY) return this.queue.run(work, signal);
    this.queue.demandRoom();
    return this.expensive.run(work, signal);
  }
}
