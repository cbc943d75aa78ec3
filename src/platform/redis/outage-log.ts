import type { AppLogger } from '../logging/logging.module.js';

/** How long nothing may have failed until an outage counts as over. Milliseconds. */
const QUIET_MS = 1_000;

/**
 * Two lines for an outage, however many requests meet it: one when it begins, one when it has ended. What fails for one
 * key and works for the next is a single outage as well.
 */
export class OutageLog {
  private failures = 0;
  private lastFailureAt = 0;

  constructor(
    private readonly logger: AppLogger,
    private readonly subject: string,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  failed(error: unknown): void {
    if (this.failures === 0) this.logger.error({ err: error }, `${this.subject} cannot be used`);
    this.failures += 1;
    this.lastFailureAt = this.nowMs();
  }

  succeeded(): void {
    if (this.failures === 0 || this.nowMs() - this.lastFailureAt < QUIET_MS) return;
    this.logger.info({ failures: this.failures }, `${this.subject} can be used again`);
    this.failures = 0;
  }
}
