import { setTimeout as startTimer } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import { Unavailable } from '../../../protocol/problem.js';
import { InvalidToken } from '../../../protocol/bearer-error.js';
import type { Clock } from '../../../platform/clock/clock.js';

/** The terms that admitted a request, for requests that take long: decision 0014. */
export interface RevalidationTerms {
  /** When the token expires, in milliseconds since 1970; undefined where none was asked for. */
  expiresAt: number | undefined;
  /**
   * Decides again, without regard to the token's expiry.
   * @returns why the request would be refused now; undefined if it would not
   * @throws when that cannot be known now
   */
  refusalNow: () => Promise<Error | undefined>;
  /** Time between two checks. Milliseconds. */
  checkMs: number;
}

/** Consecutive checks without a result after which the request ends. */
const MAX_UNKNOWN = 6;

/** The longest wait of Node's timers. Milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The reason to give up when the checks had no result. Seconds. */
const RETRY_AFTER_S = 1;

/** Checks the terms of a request under way until they no longer hold, or it is stopped. */
export class Revalidation {
  private timer: NodeJS.Timeout | undefined;
  private unknown = 0;
  private isOver = false;

  /**
   * @param onEnd called once, with the refusal
   * @param options.startAfterMs time without any check; a request that finishes before costs only the timer
   * @param options.mayOutliveToken whether the token's expiry is ignored at this moment
   */
  constructor(
    private readonly terms: RevalidationTerms,
    private readonly clock: Clock,
    private readonly onEnd: (refusal: Error) => void,
    private readonly options: { startAfterMs?: number; mayOutliveToken?: () => boolean } = {},
  ) {
    this.wait(Math.max(options.startAfterMs ?? 0, this.msToNextCheck));
  }

  stop(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  /**
   * Decides again now, without regard to the token's expiry. While that is impossible, it is tried again at each interval
   * of the checks, until they give up.
   */
  async stillHolds(): Promise<boolean> {
    for (;;) {
      const refusal = await this.refusalNow();
      if (this.isOver) return false;
      if (refusal === undefined) return true;
      if (refusal !== 'unknown') {
        this.end(refusal);
        return false;
      }
      await setTimeout(this.terms.checkMs, undefined, { ref: false });
    }
  }

  private get msToNextCheck(): number {
    const { expiresAt, checkMs } = this.terms;
    const leftMs = (expiresAt ?? Infinity) - this.clock.now().getTime();
    return leftMs > 0 ? Math.min(checkMs, leftMs) : checkMs;
  }

  private wait(ms: number): void {
    this.timer = startTimer(() => void this.check(), Math.min(ms, LONGEST_TIMER_MS));
  }

  private async check(): Promise<void> {
    if (this.endsByExpiry()) return;
    // Counts before the question, which may get no response at all.
    this.unknown += 1;
    this.wait(this.msToNextCheck);
    if (this.unknown > MAX_UNKNOWN) return this.end(new Unavailable(RETRY_AFTER_S));
    const refusal = await this.refusalNow();
    if (refusal === 'unknown') return;
    this.unknown = 0;
    if (refusal !== undefined) this.end(refusal);
    else this.endsByExpiry();
  }

  private async refusalNow(): Promise<Error | 'unknown' | undefined> {
    try {
      return await this.terms.refusalNow();
    } catch {
      return 'unknown';
    }
  }

  private endsByExpiry(): boolean {
    const { expiresAt } = this.terms;
    const hasExpired = expiresAt !== undefined && this.clock.now().getTime() >= expiresAt;
    if (!hasExpired || this.options.mayOutliveToken?.() === true) return false;
    this.end(new InvalidToken('expired while the request was under way'));
    return true;
  }

  private end(refusal: Error): void {
    if (this.isOver) return;
    this.stop();
    this.onEnd(refusal);
  }
}
