import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { GrantStore } from './grant-store.js';

const HOUR_MS = 60 * 60 * 1000;

/** How long an ended or expired grant is remembered. Seconds. */
const KEPT_FOR = 24 * 60 * 60;

/** Forgets old grants once an hour; nothing depends on it but the size of the tables. */
@Injectable()
export class GrantHousekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: GrantStore,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweep(), HOUR_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  async sweep(): Promise<void> {
    try {
      await this.store.forgetBefore(this.clock.in(-KEPT_FOR));
    } catch (err) {
      this.logger.warn({ err }, 'old grants could not be removed; the next attempt is in an hour');
    }
  }
}
