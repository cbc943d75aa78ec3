import type { Upstream } from '../../routes/route.js';
import { Unreached, isUpstreamsFault } from '../failures.js';

/** A request that is to show whether the target is well again. */
interface Trial {
  hasBody: boolean;
  /** As of performance.now(). */
  since: number;
}

/**
 * Keeps requests away from a target that failed `failures` times in a row. A request that was sent and failed counts
 * only if nothing else was learnt of the target since it began: of requests that wait side by side and time out
 * together one counts, and of a path that is slow while others answer none, so that no burst to one path shuts a target
 * that is well. One that found no connection counts always: no path has a part in that.
 *
 * After `openMs` one request tries again, and decides for all. No caller can keep a target shut by what it does with a
 * trial: one whose client went away decides nothing against the target, so the circuit closes, and the next requests
 * count anew; and one that has a body, which a client may be slow to send, is no reason for others to wait long.
 *
 * Not cockatiel, which lets all others wait for the end of the trial, and goes by the wall clock.
 */
export class Circuit {
  private readonly trials = new Set<Trial>();
  /** As of performance.now(); undefined while it is closed. */
  private openedAt: number | undefined;
  private failuresInARow = 0;
  /** Requests that told something of the target: that it answers, or that it failed. */
  private lessons = 0;

  /** @param onChange called when it opens, and when it closes */
  constructor(
    private readonly settings: Upstream['breaker'],
    private readonly onChange: (isOpen: boolean) => void = () => undefined,
  ) {}

  /** Milliseconds until a request may go this way; zero when it may at once. */
  shutFor(hasBody: boolean): number {
    if (this.openedAt === undefined) return 0;
    const { openMs } = this.settings;
    const now = performance.now();
    // A trial without a body ends when the target answers, or within the route's time for that.
    const isInTheWay = (trial: Trial): boolean => !trial.hasBody || (hasBody && trial.since + openMs > now);
    if ([...this.trials].some(isInTheWay)) return openMs;
    return Math.max(0, this.openedAt + openMs - now);
  }

  /** Runs what `shutFor` allowed in the same turn. @throws what the request throws */
  async run(hasBody: boolean, request: () => Promise<void>): Promise<void> {
    if (this.openedAt === undefined) return this.learnFrom(request, false);
    const trial = { hasBody, since: performance.now() };
    this.trials.add(trial);
    try {
      await this.learnFrom(request, true);
    } finally {
      this.trials.delete(trial);
    }
  }

  private async learnFrom(request: () => Promise<void>, isTrial: boolean): Promise<void> {
    const knownBefore = this.lessons;
    try {
      await request();
    } catch (error) {
      const isFault = error instanceof Error && isUpstreamsFault(error);
      if (!isFault) this.close(isTrial);
      else if (isTrial || error instanceof Unreached || this.lessons === knownBefore) this.fail(isTrial);
      throw error;
    }
    this.lessons += 1;
    this.failuresInARow = 0;
    this.close(isTrial);
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
