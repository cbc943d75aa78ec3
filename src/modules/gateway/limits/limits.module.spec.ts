import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigModule } from '../../../config/config.module.js';
import { loadConfig } from '../../../config/config.js';
import { ClockModule } from '../../../platform/clock/clock.js';
import { CryptoModule } from '../../../platform/crypto/encryption-key.js';
import { createLogger } from '../../../platform/logging/logger.js';
import { LoggingModule } from '../../../platform/logging/logging.module.js';
import { RedisModule } from '../../../platform/redis/redis.module.js';
import { Limits } from './limits.js';
import { LimitsModule } from './limits.module.js';
import { MemoryQuotaCounters } from './memory-quota-counters.js';
import { QuotaCounters } from './quota-counters.js';
import { RedisQuotaCounters } from './redis-quota-counters.js';

describe('the module of limits', () => {
  let close: () => Promise<void>;

  afterEach(() => close());

  it('counts in memory without REDIS_URL', async () => {
    const module = await started({});
    expect(module.get(QuotaCounters, { strict: false })).toBeInstanceOf(MemoryQuotaCounters);
    expect(module.get(Limits, { strict: false })).toBeInstanceOf(Limits);
  });

  it('counts in the Redis of REDIS_URL, and starts without it', async () => {
    const module = await started({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(module.get(QuotaCounters, { strict: false })).toBeInstanceOf(RedisQuotaCounters);
  });

  async function started(environment: Record<string, string>) {
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(loadConfig({ DATA_DIR: 'memory://', ...environment })),
        LoggingModule.forRoot(createLogger('silent')),
        ClockModule,
        CryptoModule,
        RedisModule,
        LimitsModule,
      ],
    }).compile();
    await module.init();
    close = () => module.close();
    return module;
  }
});
