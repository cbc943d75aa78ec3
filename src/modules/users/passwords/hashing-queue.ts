import { availableParallelism } from 'node:os';
import { Injectable, Optional } from '@nestjs/common';
import { wholeSeconds } from '../../../platform/http/whole-seconds.js';
import { Overloaded } from '../../../protocol/overloaded.js';

export interface HashingQueueOptions {
  /** How many pieces of work run at a time. */
  concurrency: number;
  /** How many may wait for their turn. */
  capacity: number;
}

/** Threads of libuv's pool, however many cores there are: hashes run there, and so do DNS and the file system. */
const POOL_THREADS = 4;

/**
 * One hash a core, or a thread where those are fewer: more would not finish sooner, and would take everything else
 * with it. The last one waits about a third of a second.
 */
export function hashingQueueFor(cores: number): HashingQueueOptions {
  const concurrency = Math.min(cores, POOL_THREADS);
  return { concurrency, capacity: 32 * concurrency };
}

export const HASHING_QUEUE_DEFAULTS: Readonly<HashingQueueOptions> = hashingQueueFor(availableParallelism());

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

/**
 * Lets a few pieces of work run at a time and a bounded number wait, first come, first served (ASVS 15.1.3).
 */
@Injectable()
export class HashingQueue {
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private averageMs = FIRST_ESTIMATE;

  /**
   * @throws RangeError when the concurrency is not a positive integer, or the capacity not an integer of at
   * least zero.
   */
  constructor(@Optional() private readonly options: HashingQueueOptions = HASHING_QUEUE_DEFAULTS) {
    const { concurrency, capacity } = options;
    if (!Number.isInteger(concurrency) || concurrency < 1) throw new RangeError('concurrency: at least 1');
    if (!Number.isInteger(capacity) || capacity < 0) throw new RangeError('capacity: at least 0');
  }

  /**
   * Runs the work as soon as it is its turn, and answers what it answers.
   * @param signal of the request that the work is for: once aborted, the work leaves the queue and never starts. Work
   *   that has started is finished, because a hash cannot be interrupted.
   * @throws HashingQueueFull at once, without running it, when as many are waiting as may; the reason of the signal.
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    await this.takeSlot(signal);
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.averageMs += WEIGHT_OF_LATEST * (performance.now() - start - this.averageMs);
      this.passSlotOn();
    }
  }

  /** @throws HashingQueueFull when work that came now would not be run */
  demandRoom(): void {
    const isFull = this.running >= this.options.concurrency && this.waiting.length >= this.options.capacity;
    if (isFull) throw new HashingQueueFull(this.secondsUntilEmpty());
  }

  private async takeSlot(signal: AbortSignal | undefined): Promise<void> {
    if (this.running < this.options.concurrency) {
      this.running += 1;
      return;
    }
    this.demandRoom();
    const { promise: turn, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      this.waiting.splice(this.waiting.indexOf(begin), 1);
      reject(signal?.reason as Error);
    };
    const begin = (): void => {
      signal?.removeEventListener('abort', leave);
      resolve();
    };
    this.waiting.push(begin);
    signal?.addEventListener('abort', leave, { once: true });
    await turn;
  }

  /**
   * The slot goes to the next in line while it still counts as taken, so that nobody who comes in between can
   * jump the queue.
   */
  private passSlotOn(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }

  private secondsUntilEmpty(): number {
    const rounds = (this.waiting.length + this.running) / this.options.concurrency;
    return wholeSeconds(rounds * this.averageMs);
  }
}
