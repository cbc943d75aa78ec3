import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BoundedQueue, QueueFull } from './bounded-queue.js';

const never = (): AbortSignal => new AbortController().signal;

/** Work that ends when the test says so. */
function aJob() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const job = { begun: false, finish: resolve, work: () => ((job.begun = true), promise) };
  return job;
}

describe('a bounded queue', () => {
  it('runs as much at a time as it has slots, the rest in the order of arrival, and turns the others away', async () => {
    const queue = new BoundedQueue({ slots: 2, waiting: 2 });
    const jobs = Array.from({ length: 4 }, aJob);
    const results = jobs.map(({ work }) => queue.run(work, never()));
    await expect(queue.run(aJob().work, never())).rejects.toThrow(QueueFull);
    const begun = (): boolean[] => jobs.map((job) => job.begun);
    expect(begun()).toEqual([true, true, false, false]);
    jobs[1]!.finish();
    await nextTurn();
    expect(begun()).toEqual([true, true, true, false]);
    for (const job of jobs) job.finish();
    await Promise.all(results);
  });

  it('lets go at once of work whose signal is aborted while it waits, and gives its place away', async () => {
    const queue = new BoundedQueue({ slots: 1, waiting: 1 });
    const [running, abandoned, next] = [aJob(), aJob(), aJob()];
    const first = queue.run(running.work, never());
    const controller = new AbortController();
    const waiting = queue.run(abandoned.work, controller.signal);
    controller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    const last = queue.run(next.work, never());
    running.finish();
    await first;
    next.finish();
    await last;
    expect([abandoned.begun, next.begun]).toEqual([false, true]);
  });

  it('loses no slot to work that fails, nor to work that was aborted before it came', async () => {
    const queue = new BoundedQueue({ slots: 1, waiting: 0 });
    await expect(queue.run(() => Promise.reject(new Error('broken')), never())).rejects.toThrow('broken');
    await expect(queue.run(aJob().work, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(await queue.run(async () => 'room again', never())).toBe('room again');
  });
});
