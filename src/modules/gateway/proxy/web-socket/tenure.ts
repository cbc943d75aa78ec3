import type { Clock } from '../../../../platform/clock/clock.js';

/** How long a connection that was opened with a token may go on. */
export interface TenureTerms {
  /** When the token ends, in milliseconds since 1970; undefined where none was asked for. */
  expiresAt: number | undefined;
  /** Whether the token still counts. One that cannot say so now is asked again; the token's end holds all the same. */
  stillValid: () => Promise<boolean>;
  /** How often that is asked. Milliseconds. */
  checkMs: number;
}

/** The longest that Node's timers wait. Milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Watches over the terms of a connection until they are over, or it is stopped. */
export class Tenure {
  private readonly expiry: NodeJS.Timeout | undefined;
  private readonly checks: NodeJS.Timeout;
  private isAsking = false;
  private isOver = false;

  constructor(
    private readonly terms: TenureTerms,
    private readonly clock: Clock,
    private readonly onEnd: () => void,
  ) {
    const { expiresAt, checkMs } = terms;
    if (expiresAt !== undefined) {
      const left = Math.max(0, expiresAt - clock.now().getTime());
      // Beyond that, the checks see it in time.
      this.expiry = setTimeout(() => void this.check(), Math.min(left, LONGEST_TIMER_MS));
    }
    this.checks = setInterval(() => void this.check(), checkMs);
  }

  stop(): void {
    this.isOver = true;
    clearTimeout(this.expiry);
    clearInterval(this.checks);
  }

  private async check(): Promise<void> {
    if (this.hasExpired) return this.end();
    if (this.isAsking) return;
    this.isAsking = true;
    const isValid = await this.terms.stillValid().catch(() => true);
    this.isAsking = false;
    if (!isValid || this.hasExpired) this.end();
  }

  private get hasExpired(): boolean {
    const { expiresAt } = this.terms;
    return expiresAt !== undefined && this.clock.now().getTime() >= expiresAt;
  }

  private end(): void {
    if (this.isOver) return;
    this.stop();
    this.onEnd();
  }
}
