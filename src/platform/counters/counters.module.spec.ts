import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { ConfigModule } from '../../config/config.module.js';
import { loadConfig } from '../../config/config.js';
import { ClockModule } from '../clock/clock.js';
import { createLogger } from '../logging/logger.js';
import { LoggingModule } from '../logging/logging.module.js';
import { CountersModule } from './counters.module.js';
import { WindowCounters } from './window-counters.js';

@Injectable()
class Calls {
  constructor(readonly counters: WindowCounters) {}
}

@Injectable()
class SignIns {
  constructor(readonly counters: WindowCounters) {}
}

@Module({ imports: [CountersModule.forNamespace('calls')], providers: [Calls] })
class CallsModule {}

@Module({ imports: [CountersModule.forNamespace('sign-ins')], providers: [SignIns] })
class SignInsModule {}

describe('the module of counters', () => {
  it('counts separately in each namespace, in a process of any role', async () => {
    const module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(loadConfig({ DATA_DIR: 'memory://' })),
        LoggingModule.forRoot(createLogger('silent')),
        ClockModule,
        CallsModule,
        SignInsModule,
      ],
    }).compile();
    const calls = module.get(Calls, { strict: false }).counters;
    const signIns = module.get(SignIns, { strict: false }).counters;
    const limits = [{ limitId: 'alice', partition: 'address', quota: 1, windowSeconds: 86_400 }];
    expect((await calls.consume(limits)).consumed).toBe(true);
    expect((await calls.consume(limits)).consumed).toBe(false);
    expect((await signIns.consume(limits)).consumed).toBe(true);
    await module.close();
  });
});
