import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { ConfigModule } from '../../../config/config.module.js';
import { loadConfig } from '../../../config/config.js';
import { ClockModule } from '../../../platform/clock/clock.js';
import { createLogger } from '../../../platform/logging/logger.js';
import { LoggingModule } from '../../../platform/logging/logging.module.js';
import { Limits } from './limits.js';
import { LimitsModule } from './limits.module.js';
import { MemoryWindowCounters } from '../../../platform/counters/memory-window-counters.js';
import { WindowCounters } from '../../../platform/counters/window-counters.js';
import { RedisWindowCounters } from '../../../platform/counters/redis-window-counters.js';

describe('the module of limits', () => {
  let close: () => Promise<void>;

  afterEach(() => close());

  it('counts in memory without REDIS_URL', async () => {
    const module = await started({});
    expect(module.get(WindowCounters, { strict: false })).toBeInstanceOf(MemoryWindowCounters);
    expect(module.get(Limits, { strict: false })).toBeInstanceOf(Limits);
  });

  it('counts in the Redis of REDIS_URL, and starts without it', async () => {
    const module = await started({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(module.get(WindowCounters, { strict: false })).toBeInstanceOf(RedisWindowCounters);
  });

  async function started(environment: Record<string, string>) {
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(loadConfig({ DATA_DIR: 'memory://', ...environment })),
        LoggingModule.forRoot(createLogger('silent')),
        ClockModule,
        LimitsModule,
      ],
    }).compile();
    await module.init();
    close = () => module.close();
    return module;
  }
});
