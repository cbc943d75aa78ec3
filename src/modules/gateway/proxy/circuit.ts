import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import type { Upstream } from '../routes/route.js';
import { isUpstreamsFault } from './failures.js';

/**
 * Keeps requests away from a target that failed `failures` times in a row. After `openMs` one request tries again, and
 * decides for all. A trial whose client went away decides nothing against the target: the circuit closes, and the next
 * requests count anew, so no caller can keep a target shut by leaving early.
 */
export class Circuit {
  private readonly policy: CircuitBreakerPolicy;
  private openedAt = 0;

  constructor(private readonly settings: Upstream['breaker']) {
    this.policy = circuitBreaker(
      handleWhen((error) => error instanceof Error && isUpstreamsFault(error)),
      { breaker: new ConsecutiveBreaker(settings.failures), halfOpenAfter: settings.openMs },
    );
    this.policy.onBreak(() => (this.openedAt = Date.now()));
  }

  onChange(listener: (isOpen: boolean) => void): void {
    this.policy.onBreak(() => listener(true));
    this.policy.onReset(() => listener(false));
  }

  /** Milliseconds until a request may go this way; zero for now. While one tries, the others wait for its outcome. */
  get shutFor(): number {
    if (this.policy.state === CircuitState.Closed) return 0;
    if (this.policy.state === CircuitState.HalfOpen) return this.settings.openMs;
    return Math.max(0, this.openedAt + this.settings.openMs - Date.now());
  }

  /** Runs what `shutFor` allowed in the same turn. @throws what the request throws */
  async run(request: () => Promise<void>): Promise<void> {
    await this.policy.execute(request);
  }
}
