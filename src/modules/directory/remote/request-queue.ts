import { Circuit, type Lesson } from '../../../platform/circuit/circuit.js';
import { BoundedQueue, QueueFull } from '../../../platform/queue/bounded-queue.js';
import { DirectoryFailure, NoResponse, NoConnection } from './directory-failure.js';
import type { DirectoryLimits, QueueLimits } from './directory-limits.js';

/** Retry-After of a request that found the queue full. Seconds. */
const FULL_RETRY_AFTER = 2;

/**
 * The requests of one operation: limited in number and time, behind a circuit. While one request tries whether the
 * directory responds again, the others wait for its outcome until their own deadlines.
 *
 * platform/circuit defines what counts as a failure. A request begins when it arrives, not when it leaves the queue.
 */
export class RequestQueue {
  private readonly slots: BoundedQueue;
  private readonly circuit: Circuit;
  private listener: (isOpen: boolean) => void = () => undefined;

  constructor(
    private readonly queue: QueueLimits,
    private readonly limits: Pick<DirectoryLimits, 'failuresInARow' | 'openMs'>,
  ) {
    this.slots = new BoundedQueue({ slots: queue.maxInFlight, waiting: queue.maxWaiting });
    const settings = { failures: limits.failuresInARow, openMs: limits.openMs };
    this.circuit = new Circuit(settings, lessonOf, (isOpen) => this.listener(isOpen));
  }

  onChange(listener: (isOpen: boolean) => void): void {
    this.listener = listener;
  }

  /**
   * @param disconnection of the incoming request: once aborted, this one waits no longer
   * @throws DirectoryFailure of the request, or because the queue is full; the reason of `disconnection`
   */
  async run<T>(request: (signal: AbortSignal) => Promise<T>, disconnection?: AbortSignal): Promise<T> {
    disconnection?.throwIfAborted();
    const deadline = AbortSignal.timeout(this.queue.deadlineMs);
    const signal = disconnection === undefined ? deadline : AbortSignal.any([deadline, disconnection]);
    const { known } = this.circuit;
    try {
      return await this.slots.run(() => this.inCircuit(() => request(signal), known, signal), signal);
    } catch (error) {
      if (disconnection?.aborted) throw disconnection.reason;
      // The deadline passed in the queue.
      throw error instanceof QueueFull || error === signal.reason ? queueFull() : error;
    }
  }

  private async inCircuit<T>(request: () => Promise<T>, known: number, signal: AbortSignal): Promise<T> {
    for (;;) {
      const trial = this.circuit.trialEnd(false);
      if (trial === undefined) break;
      if (!(await endsBefore(trial, signal))) throw this.circuitOpen();
    }
    if (this.circuit.shutFor(false) > 0) throw this.circuitOpen();
    return this.circuit.run(false, request, known);
  }

  private circuitOpen(): DirectoryFailure {
    return new DirectoryFailure(
      'it failed repeatedly: no requests are sent to it for a while',
      Math.ceil(this.limits.openMs / 1000),
    );
  }
}

/** Whether the trial ends before the deadline of the request. */
async function endsBefore(trial: Promise<void>, signal: AbortSignal): Promise<boolean> {
  const { promise: deadline, resolve } = Promise.withResolvers<false>();
  const expire = (): void => resolve(false);
  signal.addEventListener('abort', expire);
  const ended = trial.then(() => true);
  return Promise.race([ended, deadline]).finally(() => signal.removeEventListener('abort', expire));
}

function lessonOf(error: unknown): Lesson {
  if (error instanceof NoConnection) return 'unreached';
  return error instanceof NoResponse ? 'failure' : 'none';
}

function queueFull(): DirectoryFailure {
  return new DirectoryFailure('too many requests wait for it', FULL_RETRY_AFTER);
}
