export interface BoundedQueueOptions {
  /** How many pieces of work run at a time. */
  slots: number;
  /** How many may wait for a slot. */
  waiting: number;
}

export class QueueFull extends Error {
  constructor() {
    super('The queue is full');
    this.name = new.target.name;
  }
}

/** Runs a few pieces of work at a time and lets a bounded number wait, first come, first served. */
export class BoundedQueue {
  private readonly line: (() => void)[] = [];
  private running = 0;

  /** @throws RangeError when `slots` is not a positive integer, or `waiting` not an integer of at least zero */
  constructor(private readonly options: BoundedQueueOptions) {
    const { slots, waiting } = options;
    if (!Number.isInteger(slots) || slots < 1) throw new RangeError('slots: at least 1');
    if (!Number.isInteger(waiting) || waiting < 0) throw new RangeError('waiting: at least 0');
  }

  /** How many pieces of work run or wait. */
  get length(): number {
    return this.running + this.line.length;
  }

  /** Whether work that came now would not be run. */
  get isFull(): boolean {
    return this.length >= this.options.slots + this.options.waiting;
  }

  /**
   * @param signal once aborted, work that waits leaves the queue and never starts; work that has started takes care of itself
   * @throws QueueFull at once when as many wait as may; the reason of the signal; what the work throws
   */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.running < this.options.slots) this.running += 1;
    else await this.turn(signal);
    try {
      return await work();
    } finally {
      // The slot stays occupied while it is handed over, so that no other work can take it.
      const next = this.line.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }

  private async turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.isFull) throw new QueueFull();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      this.line.splice(this.line.indexOf(begin), 1);
      reject(signal?.reason as Error);
    };
    const begin = (): void => {
      signal?.removeEventListener('abort', leave);
      resolve();
    };
    this.line.push(begin);
    signal?.addEventListener('abort', leave, { once: true });
    await promise;
  }
}
