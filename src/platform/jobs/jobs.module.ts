import { Module } from '@nestjs/common';
import { JobScheduler } from './job-scheduler.js';

/** Recurring jobs. A module that imports this one adds its jobs to the `JobScheduler`; src/start.ts starts them. */
@Module({ providers: [JobScheduler], exports: [JobScheduler] })
export class JobsModule {}
