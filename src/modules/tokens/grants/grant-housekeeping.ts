import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { OpaqueAccessTokenStore } from '../access-tokens/opaque-access-token-store.js';
import { GrantStore } from './grant-store.js';

const HOUR_MS = 60 * 60 * 1000;

/** How long an ended or expired grant is remembered. Seconds. */
const KEPT_FOR = 24 * 60 * 60;

/** How long an expired opaque access token is: as far as clocks of two instances may be apart. Seconds. */
const EXPIRED_KEPT_FOR = 60;

/** Forgets old grants and tokens once an hour; nothing depends on it but the size of the tables. */
@Injectable()
export class GrantHousekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly grants: GrantStore,
    private readonly opaqueTokens: OpaqueAccessTokenStore,
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
      await this.grants.forgetBefore(this.clock.in(-KEPT_FOR));
      await this.opaqueTokens.forgetBefore(this.clock.in(-EXPIRED_KEPT_FOR));
    } catch (err) {
      this.logger.warn({ err }, 'old grants and tokens could not be removed; the next attempt is in an hour');
    }
  }
}
