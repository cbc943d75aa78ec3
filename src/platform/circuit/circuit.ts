/** What a failed request says about the peer: nothing, that it did not respond, or that it could not be reached. */
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
 * Keeps requests away from a peer that failed `failures` times in a row. A sent request that failed counts only if the
 * peer neither responded nor failed otherwise since it began. So only one of several requests that time out together
 * counts, and none if only one path is slow. A burst to one path cannot shut a healthy peer. A failed connection always
 * counts, because it does not depend on the path.
 *
 * After `openMs` one request tries again, and decides for all. No caller can keep a peer shut through a trial. A trial
 * whose client disconnected proves nothing against the peer, so the circuit closes and counting starts again. A trial
 * with a body may be slow because of its client, so other requests do not wait long for it.
 */
export class Circuit {
  private readonly trials = new Set<Trial>();
  /** As of performance.now(); undefined while it is closed. */
  private openedAt: number | undefined;
  private failuresInARow = 0;
  /** Requests that showed that the peer responds, or that it failed. */
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
