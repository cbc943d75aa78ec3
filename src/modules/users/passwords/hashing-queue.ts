import { availableParallelism } from 'node:os';
import { Injectable, Optional } from '@nestjs/common';
import { wholeSeconds } from '../../../platform/http/whole-seconds.js';
import { BoundedQueue, type BoundedQueueOptions } from '../../../platform/queue/bounded-queue.js';
import { Overloaded } from '../../../protocol/overloaded.js';

/** Threads of libuv's pool, however many cores there are: hashes run there, and so do DNS and the file system. */
const POOL_THREADS = 4;

/**
 * One hash a core, or a thread where those are fewer: more would not finish sooner, and would take everything else
 * with it. The last one waits about a third of a second.
 */
export function hashingQueueFor(cores: number): BoundedQueueOptions {
  const slots = Math.min(cores, POOL_THREADS);
  return { slots, waiting: 32 * slots };
}

export const HASHING_QUEUE_DEFAULTS: Readonly<BoundedQueueOptions> = hashingQueueFor(availableParallelism());

/** What a piece of work takes, in milliseconds, as long as none has been seen. */
const FIRST_ESTIMATE = 50;
/** How much the latest piece of work counts in the moving average. */
const WEIGHT_OF_LATEST = 0.2;

/**
 * Too many people sign in at this moment. Nothing is known about this one's password: the answer is 503,
 * never a refusal.
 */
export class HashingQueueFull extends Overloaded {
  /** @param retryAfter Seconds after which there should be room: an integer of at least 1. */
  constructor(retryAfter: number) {
    super('The hashing queue is full', retryAfter);
  }
}

/** Hashes a few passwords at a time and lets a bounded number wait, first come, first served (ASVS 15.1.3). */
@Injectable()
export class HashingQueue {
  private readonly queue: BoundedQueue;
  private averageMs = FIRST_ESTIMATE;

  /** @throws RangeError when the options are not usable */
  constructor(@Optional() private readonly options: BoundedQueueOptions = HASHING_QUEUE_DEFAULTS) {
    this.queue = new BoundedQueue(options);
  }

  /**
   * Runs the work as soon as it is its turn, and returns its result.
   * @param signal of the request that the work is for: once aborted, the work leaves the queue and never starts. Work
   *   that has started is finished, because a hash cannot be interrupted.
   * @throws HashingQueueFull at once, without running it, when as many are waiting as may; the reason of the signal.
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    this.demandRoom();
    return this.queue.run(() => this.timed(work), signal);
  }

  /** @throws HashingQueueFull when work that came now would not be run */
  demandRoom(): void {
    if (this.queue.isFull) throw this.full();
  }

  /** What says that there is no room, and when there should be. */
  protected full(): HashingQueueFull {
    return new HashingQueueFull(this.secondsUntilEmpty());
  }

  private async timed<T>(work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.averageMs += WEIGHT_OF_LATEST * (performance.now() - start - this.averageMs);
    }
  }

  private secondsUntilEmpty(): number {
    return wholeSeconds((this.queue.length / this.options.slots) * this.averageMs);
  }
}
