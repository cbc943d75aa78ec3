import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { JobScheduler } from '../../../platform/jobs/job-scheduler.js';
import { OpaqueAccessTokenStore } from '../access-tokens/opaque-access-token-store.js';
import { GrantStore } from './grant-store.js';

const HOURLY = '0 * * * *';

/** How long an ended or expired grant is remembered. Seconds. */
const KEPT_FOR = 24 * 60 * 60;

/** How long an expired opaque access token is kept: as far as clocks of two instances may be apart. Seconds. */
const EXPIRED_KEPT_FOR = 60;

/** Deletes old grants and tokens once an hour; nothing depends on it but the size of the tables. */
@Injectable()
export class GrantHousekeeping implements OnModuleInit {
  constructor(
    private readonly grants: GrantStore,
    private readonly opaqueTokens: OpaqueAccessTokenStore,
    private readonly clock: Clock,
    private readonly jobs: JobScheduler,
  ) {}

  onModuleInit(): void {
    this.jobs.add({
      name: 'grant-housekeeping',
      schedule: HOURLY,
      run: (stopping) => this.sweep(stopping),
    });
  }

  async sweep(stopping?: AbortSignal): Promise<void> {
    await this.grants.forgetBefore(this.clock.in(-KEPT_FOR), stopping);
    await this.opaqueTokens.forgetBefore(this.clock.in(-EXPIRED_KEPT_FOR), stopping);
  }
}
