import { Circuit, type Lesson } from '../../../platform/circuit/circuit.js';
import { BoundedQueue, QueueFull } from '../../../platform/queue/bounded-queue.js';
import { DirectoryFailure, NoAnswer, NoConnection } from './directory-failure.js';
import type { DirectoryLimits, Lane } from './directory-limits.js';

/** How long a request turned away for want of room should wait. Seconds. */
const FULL_RETRY_AFTER = 2;

/**
 * The requests of one kind: so many at once, none for longer than its deadline, and after some failures in a row none
 * at all for a while. Then one tries; the others wait for its outcome, as far as their own deadlines allow.
 *
 * platform/circuit defines what counts as a failure. A request begins when it is made, not when it leaves the queue.
 */
export class DirectoryLane {
  private readonly room: BoundedQueue;
  private readonly circuit: Circuit;
  private listener: (isOpen: boolean) => void = () => undefined;

  constructor(
    private readonly lane: Lane,
    private readonly limits: Pick<DirectoryLimits, 'failuresInARow' | 'restMs'>,
  ) {
    this.room = new BoundedQueue({ slots: lane.inFlight, waiting: lane.waiting });
    const settings = { failures: limits.failuresInARow, openMs: limits.restMs };
    this.circuit = new Circuit(settings, lessonOf, (isOpen) => this.listener(isOpen));
  }

  onChange(listener: (isOpen: boolean) => void): void {
    this.listener = listener;
  }

  /**
   * @param disconnection of the caller on whose behalf the request is made: once aborted, it waits no longer
   * @throws DirectoryFailure of the request, or because there is no room for it; the reason of `disconnection`
   */
  async run<T>(request: (signal: AbortSignal) => Promise<T>, disconnection?: AbortSignal): Promise<T> {
    disconnection?.throwIfAborted();
    const deadline = AbortSignal.timeout(this.lane.deadlineMs);
    const signal = disconnection === undefined ? deadline : AbortSignal.any([deadline, disconnection]);
    const { known } = this.circuit;
    try {
      return await this.room.run(() => this.inCircuit(() => request(signal), known, signal), signal);
    } catch (error) {
      if (disconnection?.aborted) throw disconnection.reason;
      // Its time ran out in the queue.
      throw error instanceof QueueFull || error === signal.reason ? noRoom() : error;
    }
  }

  private async inCircuit<T>(request: () => Promise<T>, known: number, signal: AbortSignal): Promise<T> {
    for (;;) {
      const trial = this.circuit.trialEnd(false);
      if (trial === undefined) break;
      if (!(await endsBefore(trial, signal))) throw this.leftAlone();
    }
    if (this.circuit.shutFor(false) > 0) throw this.leftAlone();
    return this.circuit.run(false, request, known);
  }

  private leftAlone(): DirectoryFailure {
    return new DirectoryFailure('it is left alone for a while', Math.ceil(this.limits.restMs / 1000));
  }
}

/** Whether the trial ends while the request has time left. */
async function endsBefore(trial: Promise<void>, signal: AbortSignal): Promise<boolean> {
  const { promise: overdue, resolve } = Promise.withResolvers<false>();
  const giveUp = (): void => resolve(false);
  signal.addEventListener('abort', giveUp);
  const ended = trial.then(() => true);
  return Promise.race([ended, overdue]).finally(() => signal.removeEventListener('abort', giveUp));
}

function lessonOf(error: unknown): Lesson {
  if (error instanceof NoConnection) return 'unreached';
  return error instanceof NoAnswer ? 'failure' : 'none';
}

function noRoom(): DirectoryFailure {
  return new DirectoryFailure('too many requests wait for it', FULL_RETRY_AFTER);
}
