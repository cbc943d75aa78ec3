import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Overloaded } from '../../../protocol/overloaded.js';
import type { GrantReview } from './grant-review.js';
import { MAX_REVIEW_AGE_MS, RecentReviews } from './recent-reviews.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const pass = (ms: number): unknown => vi.advanceTimersByTime(ms);

/** Reviews that end as a test says. */
function someReviews() {
  const asked: { sub: string; answer(): void; fail(): void }[] = [];
  const grants = {
    review: async (sub: string): Promise<void> =>
      new Promise((resolve, reject) => {
        asked.push({ sub, answer: resolve, fail: () => reject(new Overloaded('away', 5)) });
      }),
  };
  // Of the class one method is called; the rest is private to it.
  return { asked, reviews: new RecentReviews(grants as unknown as GrantReview) };
}

describe('what is known of a user', () => {
  it('is asked once for all requests that need it at the same time', async () => {
    const { asked, reviews } = someReviews();
    const waiting = [reviews.of('alice'), reviews.of('alice'), reviews.of('bob')];
    expect(asked.map(({ sub }) => sub)).toEqual(['alice', 'bob']);
    for (const question of asked) question.answer();
    await Promise.all(waiting);
  });

  it('counts for one second and no longer', async () => {
    const { asked, reviews } = someReviews();
    const first = reviews.of('alice');
    asked[0]!.answer();
    await first;
    pass(MAX_REVIEW_AGE_MS);
    await reviews.of('alice');
    expect(asked).toHaveLength(1);
    pass(1);
    void reviews.of('alice');
    expect(asked).toHaveLength(2);
  });

  it('has an age that counts from the question, not from the answer', async () => {
    const { asked, reviews } = someReviews();
    const first = reviews.of('alice');
    pass(900);
    asked[0]!.answer();
    await first;
    pass(101);
    void reviews.of('alice');
    expect(asked).toHaveLength(2);
  });

  it('is asked again for a request that joined it late and read something until it was too old', async () => {
    const { asked, reviews } = someReviews();
    const first = reviews.of('alice');
    asked[0]!.answer();
    await first;
    pass(MAX_REVIEW_AGE_MS - 1);
    const reads: (() => void)[] = [];
    const late = reviews.after('alice', async () => new Promise<void>((resolve) => reads.push(resolve)));
    await setImmediate();
    pass(2);
    reads[0]!();
    await setImmediate();
    asked[1]!.answer();
    await setImmediate();
    reads[1]!();
    await expect(late).resolves.toBeUndefined();
  });

  it('is asked again for whoever waited for an answer that grew too old, and then is given up', async () => {
    const { asked, reviews } = someReviews();
    const outcome = reviews.of('alice').catch((error: unknown) => error);
    for (const at of [0, 1]) {
      await vi.waitFor(() => expect(asked).toHaveLength(at + 1));
      pass(MAX_REVIEW_AGE_MS + 1);
      asked[at]!.answer();
    }
    const error = await outcome;
    expect(error).toBeInstanceOf(Overloaded);
    expect(error).toMatchObject({ retryAfter: 1 });
  });

  it('is not kept when the question failed', async () => {
    const { asked, reviews } = someReviews();
    const outcomes = Promise.allSettled([reviews.of('alice'), reviews.of('alice')]);
    asked[0]!.fail();
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { retryAfter: 5 } });
    const next = reviews.of('alice');
    expect(asked).toHaveLength(2);
    asked[1]!.answer();
    await expect(next).resolves.toBeUndefined();
  });
});
