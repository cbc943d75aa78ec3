import { Module } from '@nestjs/common';
import { CountersModule } from '../../../platform/counters/counters.module.js';
import { Limits } from './limits.js';
import { SpikeArrests } from './spike-arrests.js';

/** Spike arrests, counted in this process, and quotas, counted by `WindowCounters`. */
@Module({
  imports: [CountersModule.forNamespace('quota')],
  providers: [Limits, { provide: SpikeArrests, useFactory: () => new SpikeArrests() }],
  exports: [Limits],
})
export class LimitsModule {}
