import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleType,
} from 'cockatiel';
import type { Upstream } from '../../routes/route.js';
import { Unreached, isUpstreamsFault } from '../failures.js';

/** A failure that counts against the target. */
class Strike extends Error {
  constructor(override readonly cause: Error) {
    super();
  }
}

/**
 * Keeps requests away from a target that failed `failures` times in a row. A request that was sent and failed counts
 * only if nothing else was learnt of the target since it began: of requests that wait side by side and time out
 * together one counts, and of a path that is slow while others answer none, so that no burst to one path shuts a target
 * that is well. One that found no connection counts always: no path has a part in that.
 *
 * After `openMs` one request tries again, and decides for all. A trial whose client went away decides nothing against
 * the target: the circuit closes, and the next requests count anew, so no caller can keep a target shut by leaving early.
 */
export class Circuit {
  private readonly policy: CircuitBreakerPolicy;
  /** As of performance.now(). */
  private openedAt = 0;
  /** Requests that told something of the target: that it answers, or a strike. */
  private lessons = 0;

  constructor(private readonly settings: Upstream['breaker']) {
    this.policy = circuitBreaker(handleType(Strike), {
      breaker: new ConsecutiveBreaker(settings.failures),
      // The policy would ask the wall clock, which may be set back. `shutFor` says when, the policy who tries.
      halfOpenAfter: -Infinity,
    });
    this.policy.onBreak(() => (this.openedAt = performance.now()));
  }

  onChange(listener: (isOpen: boolean) => void): void {
    this.policy.onBreak(() => listener(true));
    this.policy.onReset(() => listener(false));
  }

  /** Milliseconds until a request may go this way; zero for now. While one tries, the others wait for its outcome. */
  get shutFor(): number {
    if (this.policy.state === CircuitState.Closed) return 0;
    if (this.policy.state === CircuitState.HalfOpen) return this.settings.openMs;
    return Math.max(0, this.openedAt + this.settings.openMs - performance.now());
  }

  /** Runs what `shutFor` allowed in the same turn. @throws what the request throws */
  async run(request: () => Promise<void>): Promise<void> {
    try {
      await this.policy.execute(async () => this.learnFrom(request));
    } catch (error) {
      throw error instanceof Strike ? error.cause : error;
    }
  }

  private async learnFrom(request: () => Promise<void>): Promise<void> {
    const isTrial = this.policy.state !== CircuitState.Closed;
    const knownBefore = this.lessons;
    try {
      await request();
    } catch (error) {
      if (!(error instanceof Error && isUpstreamsFault(error))) throw error;
      const isNews = isTrial || error instanceof Unreached || this.lessons === knownBefore;
      if (!isNews) throw error;
      this.lessons += 1;
      throw new Strike(error);
    }
    this.lessons += 1;
  }
}
