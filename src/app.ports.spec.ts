import { expect, it } from 'vitest';
import { ChangedUsersByReview } from './app.ports.js';
import { type GrantReview, RecentReviews } from './modules/auth/index.js';

it('requests of unknown outcome cost one review a second of each user, and a change that was made costs its own', async () => {
  const asked: string[] = [];
  const grants = {
    review: async (sub: string) => void asked.push(sub),
    reviewAfterChange: async (sub: string) => void asked.push(`${sub} after a change`),
  } as unknown as GrantReview;
  const users = new ChangedUsersByReview(grants, new RecentReviews(grants));
  await Promise.all(['alice', 'alice', 'bob', 'alice'].map(async (sub) => users.reviewIfPossible(sub)));
  expect(asked).toEqual(['alice', 'bob']);
  await users.review('alice');
  expect(asked).toEqual(['alice', 'bob', 'alice after a change']);
});
