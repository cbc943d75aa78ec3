import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  TaskCancelledError,
  circuitBreaker,
  handleType,
} from 'cockatiel';
import { BoundedQueue, QueueFull } from '../../../platform/queue/bounded-queue.js';
import { DirectoryFailure, NoAnswer, NoConnection } from './directory-failure.js';
import type { DirectoryLimits, Lane } from './directory-limits.js';

/** How long a request turned away for want of room should wait. Seconds. */
const FULL_RETRY_AFTER = 2;

/** A request without an answer that counts against the directory. */
class Strike extends Error {
  constructor(override readonly cause: NoAnswer) {
    super();
  }
}

/**
 * The requests of one kind: so many at once, none for longer than its deadline, and after some strikes in a row none at
 * all for a while. Then one tries; the others wait for its outcome, as far as their own deadlines allow.
 *
 * A request that nobody answered is a strike only if nothing else was learnt of this lane since its question arose: of
 * those whose time runs out side by side one counts, so no burst shuts the lane. One that found no connection is a
 * strike always.
 */
export class DirectoryLane {
  private readonly room: BoundedQueue;
  private readonly circuit: CircuitBreakerPolicy;
  /** Requests that told something of the directory: that it answers, or a strike. */
  private lessons = 0;

  constructor(
    private readonly lane: Lane,
    private readonly limits: Pick<DirectoryLimits, 'failuresInARow' | 'restMs'>,
  ) {
    this.room = new BoundedQueue({ slots: lane.inFlight, waiting: lane.waiting });
    this.circuit = circuitBreaker(handleType(Strike), {
      breaker: new ConsecutiveBreaker(limits.failuresInARow),
      halfOpenAfter: limits.restMs,
    });
  }

  onChange(listener: (isOpen: boolean) => void): void {
    this.circuit.onBreak(() => listener(true));
    this.circuit.onReset(() => listener(false));
  }

  /**
   * @param disconnection of the caller on whose behalf the request is made: once aborted, it waits no longer
   * @throws DirectoryFailure of the request, or because there is no room for it; the reason of `disconnection`
   */
  async run<T>(request: (signal: AbortSignal) => Promise<T>, disconnection?: AbortSignal): Promise<T> {
    disconnection?.throwIfAborted();
    const deadline = AbortSignal.timeout(this.lane.deadlineMs);
    const signal = disconnection === undefined ? deadline : AbortSignal.any([deadline, disconnection]);
    const knownBefore = this.lessons;
    try {
      return await this.room.run(
        () => this.inCircuit(() => this.learnFrom(() => request(signal), knownBefore), signal),
        signal,
      );
    } catch (error) {
      if (disconnection?.aborted) throw disconnection.reason;
      // Its time ran out in the queue.
      throw error === signal.reason ? noRoom() : this.failureOf(error);
    }
  }

  private async inCircuit<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
    // Its time ran out in the queue: that says nothing about the directory.
    if (signal.aborted) throw new TaskCancelledError();
    // The policy lets the others wait for the one that tries, and heeds no signal meanwhile.
    const { promise: overdue, reject } = Promise.withResolvers<never>();
    const giveUp = (): void => reject(new BrokenCircuitError());
    const begin = (): void => signal.removeEventListener('abort', giveUp);
    signal.addEventListener('abort', giveUp);
    const outcome = this.circuit.execute(async () => {
      begin();
      return request();
    }, signal);
    return Promise.race([outcome, overdue]).finally(begin);
  }

  private async learnFrom<T>(request: () => Promise<T>, knownBefore: number): Promise<T> {
    const isTrial = this.circuit.state !== CircuitState.Closed;
    try {
      const answer = await request();
      this.lessons += 1;
      return answer;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const isNews = isTrial || error instanceof NoConnection || this.lessons === knownBefore;
      if (!isNews) throw error;
      this.lessons += 1;
      throw new Strike(error);
    }
  }

  private failureOf(error: unknown): unknown {
    if (error instanceof Strike) return error.cause;
    if (error instanceof BrokenCircuitError) {
      return new DirectoryFailure('it is left alone for a while', Math.ceil(this.limits.restMs / 1000));
    }
    if (error instanceof QueueFull || error instanceof TaskCancelledError) return noRoom();
    return error;
  }
}

function noRoom(): DirectoryFailure {
  return new DirectoryFailure('too many requests wait for it', FULL_RETRY_AFTER);
}
