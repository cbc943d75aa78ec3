import { Injectable, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { Cron } from 'croner';
import { Database } from '../database/database.js';
import { AppLogger } from '../logging/logging.module.js';
import type { RecurringJob } from './recurring-job.js';

/** Runs recurring jobs, each on one instance of a database at a time. */
@Injectable()
export class JobScheduler implements OnModuleDestroy, OnApplicationShutdown {
  private readonly jobs = new Map<string, RecurringJob>();
  private readonly timers: Cron[] = [];
  private readonly running = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly database: Database,
    private readonly logger: AppLogger,
  ) {}

  /** Adds a job, before `start`. */
  add(job: RecurringJob): void {
    if (this.jobs.has(job.name)) throw new Error(`There are two jobs with the name ${job.name}.`);
    this.jobs.set(job.name, job);
  }

  /** Runs the jobs at their times from now on. The tables must exist by then. */
  start(): void {
    for (const job of this.jobs.values()) {
      const options = { timezone: 'UTC', protect: true, unref: true };
      const timer = new Cron(job.schedule, options, () => this.track(this.run(job)));
      this.timers.push(timer);
      this.logger.debug({ job: job.name, next: timer.nextRun() }, 'a job is scheduled');
    }
  }

  onModuleDestroy(): void {
    for (const timer of this.timers) timer.stop();
    this.stopping.abort();
  }

  /** After the last response, so that jobs do not delay the drain, and before the database closes. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.running);
  }

  private async run(job: RecurringJob): Promise<void> {
    const { name } = job;
    try {
      const ran = await this.database.aloneIfFree(`job ${name}`, () => job.run(this.stopping.signal));
      if (!ran) this.logger.debug({ job: name }, 'a job was skipped, because another instance runs it');
    } catch (err) {
      this.logger.warn({ err, job: name }, 'a job failed; it runs again at its next time');
    }
  }

  private async track(run: Promise<void>): Promise<void> {
    this.running.add(run);
    await run;
    this.running.delete(run);
  }
}
