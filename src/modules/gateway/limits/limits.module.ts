import { Module } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { EncryptionKey } from '../../../platform/crypto/encryption-key.js';
import type { RedisConnection } from '../../../platform/redis/redis-connection.js';
import { REDIS } from '../../../platform/redis/redis.module.js';
import { Limits } from './limits.js';
import { MemoryQuotaCounters } from './memory-quota-counters.js';
import { QuotaCounters } from './quota-counters.js';
import { RedisQuotaCounters } from './redis-quota-counters.js';
import { SpikeArrests } from './spike-arrests.js';

/** Spike arrest and quotas. They are counted in Redis where the process has one, otherwise in its memory. */
@Module({
  providers: [
    Limits,
    { provide: SpikeArrests, useFactory: () => new SpikeArrests() },
    {
      provide: QuotaCounters,
      inject: [REDIS, Clock, EncryptionKey],
      useFactory: (redis: RedisConnection | undefined, clock: Clock, key: EncryptionKey): QuotaCounters =>
        redis === undefined ? new MemoryQuotaCounters(clock) : new RedisQuotaCounters(redis, key),
    },
  ],
  exports: [Limits],
})
export class LimitsModule {}
