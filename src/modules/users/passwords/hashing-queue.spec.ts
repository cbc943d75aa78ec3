import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { HASHING_QUEUE_DEFAULTS, HashingQueue, HashingQueueFull, hashingQueueFor } from './hashing-queue.js';

/** Work that ends when the test says so. */
function aJob() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let started = false;
  return {
    work: () => {
      started = true;
      return promise;
    },
    finish: () => resolve('done'),
    fail: () => reject(new Error('broken')),
    get started() {
      return started;
    },
  };
}

/** The seconds that a full queue names; anything else that happens fails the test. */
async function retryAfter(result: Promise<unknown>): Promise<number> {
  const [outcome] = await Promise.allSettled([result]);
  if (outcome.status === 'rejected' && outcome.reason instanceof HashingQueueFull)
    return outcome.reason.retryAfter;
  throw new Error('The queue was not full');
}

describe('the hashing queue', () => {
  it('runs as much at a time as it may, and the rest in the order of arrival', async () => {
    const queue = new HashingQueue({ slots: 2, waiting: 10 });
    const jobs = Array.from({ length: 5 }, aJob);
    const results = jobs.map((job) => queue.run(job.work));
    await nextTurn();
    expect(jobs.map((job) => job.started)).toEqual([true, true, false, false, false]);
    jobs[1]!.finish();
    await nextTurn();
    expect(jobs.map((job) => job.started)).toEqual([true, true, true, false, false]);
    jobs[0]!.finish();
    await nextTurn();
    expect(jobs.map((job) => job.started)).toEqual([true, true, true, true, false]);
    for (const job of jobs) job.finish();
    expect(await Promise.all(results)).toEqual(Array(5).fill('done'));
  });

  it('lets nobody jump the queue', async () => {
    const queue = new HashingQueue({ slots: 1, waiting: 10 });
    const order: string[] = [];
    const first = queue.run(async () => void order.push('first'));
    const second = queue.run(async () => void order.push('second'));
    const late = first.then(() => queue.run(async () => void order.push('late')));
    await Promise.all([first, second, late]);
    expect(order).toEqual(['first', 'second', 'late']);
  });

  it('turns away who finds it full, without doing the work', async () => {
    const queue = new HashingQueue({ slots: 1, waiting: 1 });
    const [running, waiting, tooMany] = [aJob(), aJob(), aJob()];
    const results = [queue.run(running.work), queue.run(waiting.work)];
    expect(await retryAfter(queue.run(tooMany.work))).toBe(1);
    expect(tooMany.started).toBe(false);
    running.finish();
    waiting.finish();
    await Promise.all(results);
    expect(await queue.run(async () => 'room again')).toBe('room again');
  });

  it('says to come back later the longer the work has been taking', async () => {
    const queue = new HashingQueue({ slots: 1, waiting: 100 });
    for (let i = 0; i < 3; i++) await queue.run(() => new Promise((resolve) => setTimeout(resolve, 200)));
    const jobs = Array.from({ length: 101 }, aJob);
    const results = jobs.map((job) => queue.run(job.work));
    const seconds = await retryAfter(queue.run(aJob().work));
    expect(seconds % 1).toBe(0);
    expect(seconds).toBeGreaterThanOrEqual(8);
    for (const job of jobs) job.finish();
    await Promise.all(results);
  });

  it('loses no slot to work that fails, at once or later', async () => {
    const queue = new HashingQueue({ slots: 2, waiting: 200 });
    const failures = Array.from({ length: 100 }, (_, i) =>
      queue.run(() => {
        if (i % 2) throw new Error('at once');
        return Promise.reject(new Error('later'));
      }),
    );
    expect((await Promise.allSettled(failures)).every(({ status }) => status === 'rejected')).toBe(true);
    const jobs = [aJob(), aJob(), aJob()];
    const results = jobs.map((job) => queue.run(job.work));
    await nextTurn();
    expect(jobs.map((job) => job.started)).toEqual([true, true, false]);
    for (const job of jobs) job.finish();
    await Promise.all(results);
  });

  it('never runs more than it may, whatever comes and goes', async () => {
    const queue = new HashingQueue({ slots: 3, waiting: 1000 });
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        queue.run(async () => {
          most = Math.max(most, ++running);
          if (i % 3) await nextTurn();
          running--;
        }),
      ),
    );
    expect(most).toBe(3);
  });

  it('lets go of work whose request was aborted while it waited, and its place is free at once', async () => {
    const queue = new HashingQueue({ slots: 1, waiting: 1 });
    const [running, abandoned, next] = [aJob(), aJob(), aJob()];
    const request = new AbortController();
    const first = queue.run(running.work);
    const given = queue.run(abandoned.work, request.signal);
    request.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    const last = queue.run(next.work);
    running.finish();
    await first;
    await nextTurn();
    expect([abandoned.started, next.started]).toEqual([false, true]);
    next.finish();
    await last;
  });

  it('takes no work of a request that was aborted before, and finishes what has started', async () => {
    const queue = new HashingQueue({ slots: 1, waiting: 1 });
    const [late, started] = [aJob(), aJob()];
    await expect(queue.run(late.work, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(late.started).toBe(false);
    const request = new AbortController();
    const result = queue.run(started.work, request.signal);
    await nextTurn();
    request.abort();
    started.finish();
    expect(await result).toBe('done');
    expect(await queue.run(async () => 'room again')).toBe('room again');
  });

  it('has one slot a core and 32 places for each, by default', () => {
    expect(hashingQueueFor(1)).toEqual({ slots: 1, waiting: 32 });
    expect(hashingQueueFor(2)).toEqual({ slots: 2, waiting: 64 });
    expect(HASHING_QUEUE_DEFAULTS.waiting).toBe(32 * HASHING_QUEUE_DEFAULTS.slots);
    expect(() => new HashingQueue()).not.toThrow();
  });

  it('has no more slots than the thread pool has threads: the rest would wait in front of everybody else', () => {
    expect(hashingQueueFor(64)).toEqual({ slots: 4, waiting: 128 });
  });

  it.each([
    { slots: 0, waiting: 1 },
    { slots: 1.5, waiting: 1 },
    { slots: Number.NaN, waiting: 1 },
    { slots: 1, waiting: -1 },
  ])('cannot be made with %o', (options) => {
    expect(() => new HashingQueue(options)).toThrow(RangeError);
  });
});
