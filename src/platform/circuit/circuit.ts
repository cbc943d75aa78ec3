/** What the failure of a request says about the peer: nothing, that it did not respond, or that nobody is there. */
export type Lesson = 'none' | 'failure' | 'unreached';

export interface CircuitSettings {
  /** So many failures in a row open the circuit. */
  failures: number;
  /** For so long; then one request tries. Milliseconds. */
  openMs: number;
}

/** A request that is to show whether the peer is well again. */
interface Trial {
  hasBody: boolean;
  /** As of performance.now(). */
  since: number;
  ended: Promise<void>;
}

/**
 * Keeps requests away from a peer that failed `failures` times in a row. A request that was sent and failed counts
 * only if nothing else was learnt of the peer since it began: of requests that wait side by side and time out together
 * one counts, and of a path that is slow while others answer none, so that no burst to one path shuts a peer that is
 * well. One that found no connection counts always: no path has a part in that.
 *
 * After `openMs` one request tries again, and decides for all. No caller can keep a peer shut by what it does with a
 * trial: one whose client went away decides nothing against the peer, so the circuit closes, and the next requests
 * count anew; and one that has a body, which a client may be slow to send, is no reason for others to wait long.
 */
export class Circuit {
  private readonly trials = new Set<Trial>();
  /** As of performance.now(); undefined while it is closed. */
  private openedAt: number | undefined;
  private failuresInARow = 0;
  /** Requests that told something of the peer: that it responds, or that it failed. */
  private lessons = 0;

  /**
   * @param lessonOf what the error of a request says about the peer
   * @param onChange called when it opens, and when it closes
   */
  constructor(
    private readonly settings: CircuitSettings,
    private readonly lessonOf: (error: unknown) => Lesson,
    private readonly onChange: (isOpen: boolean) => void = () => undefined,
  ) {}

  /** How much is known of the peer now, for a request that begins now and is sent later. */
  get known(): number {
    return this.lessons;
  }

  /** Milliseconds until a request may go this way; zero when it may at once. */
  shutFor(hasBody: boolean): number {
    if (this.openedAt === undefined) return 0;
    const { openMs } = this.settings;
    if (this.trialBefore(hasBody) !== undefined) return openMs;
    return Math.max(0, this.openedAt + openMs - performance.now());
  }

  /** The end of the trial that a request would have to wait for; undefined when there is none. */
  trialEnd(hasBody: boolean): Promise<void> | undefined {
    return this.trialBefore(hasBody)?.ended;
  }

  /**
   * Runs what `shutFor` allowed in the same turn.
   * @param known when the request began
   * @throws what the request throws
   */
  async run<T>(hasBody: boolean, request: () => Promise<T>, known = this.lessons): Promise<T> {
    if (this.openedAt === undefined) return this.learnFrom(request, false, known);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const trial = { hasBody, since: performance.now(), ended };
    this.trials.add(trial);
    try {
      return await this.learnFrom(request, true, known);
    } finally {
      this.trials.delete(trial);
      resolve();
    }
  }

  /** One without a body ends when the peer responds, or within the time for that. */
  private trialBefore(hasBody: boolean): Trial | undefined {
    const now = performance.now();
    return [...this.trials].find(
      (trial) => !trial.hasBody || (hasBody && trial.since + this.settings.openMs > now),
    );
  }

  private async learnFrom<T>(request: () => Promise<T>, isTrial: boolean, known: number): Promise<T> {
    let response: T;
    try {
      response = await request();
    } catch (error) {
      const lesson = this.lessonOf(error);
      if (lesson === 'none') this.close(isTrial);
      else if (isTrial || lesson === 'unreached' || this.lessons === known) this.fail(isTrial);
      throw error;
    }
    this.lessons += 1;
    this.failuresInARow = 0;
    this.close(isTrial);
    return response;
  }

  private fail(isTrial: boolean): void {
    this.lessons += 1;
    this.failuresInARow += 1;
    if (!isTrial && this.failuresInARow < this.settings.failures) return;
    const wasOpen = this.openedAt !== undefined;
    // What was under way when it opened changes nothing about when it may be tried.
    if (wasOpen && !isTrial) return;
    this.openedAt = performance.now();
    if (!wasOpen) this.onChange(true);
  }

  private close(isTrial: boolean): void {
    if (!isTrial || this.openedAt === undefined) return;
    this.openedAt = undefined;
    this.failuresInARow = 0;
    this.onChange(false);
  }
}
