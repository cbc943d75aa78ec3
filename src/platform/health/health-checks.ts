import { Inject, Injectable } from '@nestjs/common';
import { AppLogger } from '../logging/logging.module.js';

/** Something that must be in order for requests to be served. */
export interface HealthCheck {
  name: string;
  /** False or a rejection means that it is not. */
  passes(): Promise<boolean>;
}

/** Injection token of the list of checks, given by the composition root. */
export const HEALTH_CHECKS = Symbol('health checks');

@Injectable()
export class HealthChecks {
  constructor(
    @Inject(HEALTH_CHECKS) private readonly checks: readonly HealthCheck[],
    private readonly logger: AppLogger,
  ) {}

  async allPass(): Promise<boolean> {
    const failed = (await Promise.all(this.checks.map((check) => this.failureOf(check)))).filter(Boolean);
    if (failed.length > 0) this.logger.warn({ failed }, 'not ready');
    return failed.length === 0;
  }

  private async failureOf(check: HealthCheck): Promise<string | undefined> {
    return (await check.passes().catch(() => false)) ? undefined : check.name;
  }
}
