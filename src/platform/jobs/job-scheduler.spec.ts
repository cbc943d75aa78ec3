import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../database/database.js';
import { JobScheduler } from './job-scheduler.js';
import type { RecurringJob } from './recurring-job.js';

describe('the scheduler of jobs', () => {
  let scheduler: JobScheduler;
  let locks: string[];
  let isElsewhere: boolean;
  let lines: { level: string; message: string; fields: object }[];

  beforeEach(() => {
    vi.useFakeTimers({ now: new Date('2025-11-23T10:45:00Z') });
    locks = [];
    isElsewhere = false;
    lines = [];
    const database: Pick<Database, 'aloneIfFree'> = {
      async aloneIfFree(lock, work) {
        locks.push(lock);
        if (isElsewhere) return false;
        await work();
        return true;
      },
    };
    const write = (level: string) => (fields: object, message: string) => {
      if (message !== 'a job is scheduled') lines.push({ level, message, fields });
    };
    const logger = {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    };
    scheduler = new JobScheduler(database as Database, logger);
  });

  afterEach(() => {
    scheduler.onModuleDestroy();
    vi.useRealTimers();
  });

  const started = (run: RecurringJob['run'], schedule = '0 * * * *'): void => {
    scheduler.add({ name: 'tidy', schedule, run });
    scheduler.start();
  };

  it('runs a job at its times in UTC, under the lock of its name, and not before', async () => {
    const times: string[] = [];
    started(async () => void times.push(new Date().toISOString()), '0 0,12 * * *');
    await vi.advanceTimersByTimeAsync(24 * 3_600_000);
    expect(times).toEqual(['2025-11-23T12:00:00.000Z', '2025-11-24T00:00:00.000Z']);
    expect(locks).toEqual(['job tidy', 'job tidy']);
  });

  it('runs no job before it is started', async () => {
    const run = vi.fn<RecurringJob['run']>(async () => undefined);
    scheduler.add({ name: 'tidy', schedule: '* * * * *', run });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(run).not.toHaveBeenCalled();
  });

  it('logs a job that fails, and runs it again at its next time', async () => {
    const failure = new Error('no database');
    const run = vi.fn<RecurringJob['run']>(async () => undefined).mockRejectedValueOnce(failure);
    started(run);
    await vi.advanceTimersByTimeAsync(2 * 3_600_000);
    expect(run).toHaveBeenCalledTimes(2);
    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'a job failed; it runs again at its next time',
        fields: { err: failure, job: 'tidy' },
      },
    ]);
  });

  it('keeps the other jobs running when one fails at once', async () => {
    const run = vi.fn<RecurringJob['run']>(async () => undefined);
    scheduler.add({
      name: 'broken',
      schedule: '0 * * * *',
      run: () => {
        throw new Error('at once');
      },
    });
    started(run);
    await vi.advanceTimersByTimeAsync(2 * 3_600_000);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it('skips a time at which the job still runs', async () => {
    let end: () => void = () => undefined;
    const run = vi.fn<RecurringJob['run']>(async () => new Promise<void>((resolve) => (end = resolve)));
    started(run);
    await vi.advanceTimersByTimeAsync(3 * 3_600_000);
    expect(run).toHaveBeenCalledTimes(1);
    end();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(run).toHaveBeenCalledTimes(2);
    end();
  });

  it('skips a time at which another instance runs the job', async () => {
    const run = vi.fn<RecurringJob['run']>(async () => undefined);
    isElsewhere = true;
    started(run);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(run).not.toHaveBeenCalled();
    expect(lines).toEqual([expect.objectContaining({ level: 'debug', fields: { job: 'tidy' } })]);
    isElsewhere = false;
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('starts nothing once the process stops, tells a running job, and waits for its end', async () => {
    let end: () => void = () => undefined;
    let signal: AbortSignal | undefined;
    const run = vi.fn<RecurringJob['run']>(async (stopping: AbortSignal) => {
      signal = stopping;
      await new Promise<void>((resolve) => (end = resolve));
    });
    started(run);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(signal?.aborted).toBe(false);

    scheduler.onModuleDestroy();
    expect(signal?.aborted).toBe(true);
    let hasEnded = false;
    const ended = scheduler.onApplicationShutdown().then(() => (hasEnded = true));
    await vi.advanceTimersByTimeAsync(3 * 3_600_000);
    expect(hasEnded).toBe(false);
    end();
    await ended;
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('takes each name once, because the name is the lock', () => {
    const job = { name: 'tidy', schedule: '0 * * * *', run: async () => undefined };
    scheduler.add(job);
    expect(() => scheduler.add(job)).toThrow('two jobs with the name tidy');
  });
});
