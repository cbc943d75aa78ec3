import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { untilAborted } from '../../../platform/queue/until-aborted.js';
import { Overloaded } from '../../../protocol/overloaded.js';
import { GrantReview } from './grant-review.js';

/** The maximum age of a directory response that a decision relies on. Milliseconds. */
export const MAX_REVIEW_AGE_MS = 1_000;

const MAX_USERS = 1_000;

/** Reviews that one decision waits for: one that it joined and that grew too old, and one of its own. */
const MAX_ATTEMPTS = 2;

const RETRY_AFTER = 1;

/**
 * A review of one user's grants. Its age counts from before the request to the directory, so the directory's data is
 * never older.
 */
class Review {
  private readonly begunAt = performance.now();

  constructor(readonly done: Promise<void>) {}

  get isRecent(): boolean {
    return performance.now() - this.begunAt <= MAX_REVIEW_AGE_MS;
  }
}

/** Reviews each user's grants at most once a second, however many requests need it. A failure is not kept. */
@Injectable()
export class RecentReviews {
  private readonly reviews = new LRUCache<string, Review>({ max: MAX_USERS });

  constructor(private readonly grants: GrantReview) {}

  /**
   * Waits for a finished review that is at most a second old.
   * @throws Overloaded when the directory cannot be asked, or takes longer
   */
  async of(sub: string): Promise<void> {
    await this.after(sub, async () => undefined);
  }

  /**
   * What `read` returns while a finished review is at most a second old. It may be called twice: a review that was joined
   * can grow too old meanwhile.
   * @param disconnection of the request that reads: once aborted, it waits no longer for a review
   * @throws Overloaded when the directory cannot be asked, or both take longer; Disconnected; what `read` throws
   */
  async after<T>(sub: string, read: () => Promise<T>, disconnection?: AbortSignal): Promise<T> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      disconnection?.throwIfAborted();
      const review = this.current(sub);
      await (disconnection === undefined ? review.done : untilAborted(review.done, disconnection));
      if (!review.isRecent) continue;
      const found = await read();
      if (review.isRecent) return found;
    }
    throw new Overloaded('The directory of users takes too long', RETRY_AFTER);
  }

  private current(sub: string): Review {
    const known = this.reviews.get(sub);
    if (known?.isRecent) return known;
    const review = new Review(this.grants.review(sub));
    this.reviews.set(sub, review);
    review.done.catch(() => {
      if (this.reviews.peek(sub) === review) this.reviews.delete(sub);
    });
    return review;
  }
}
