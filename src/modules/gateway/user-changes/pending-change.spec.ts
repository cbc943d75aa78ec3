import { describe, expect, it } from 'vitest';
import type { AppLogger } from '../../../platform/logging/logging.module.js';
import { Overloaded } from '../../../protocol/overloaded.js';
import { Unavailable } from '../../../protocol/problem.js';
import { ChangedUsers } from './changed-users.js';
import { PendingChange } from './pending-change.js';

/** Users of whom a test says whether they can be reviewed. */
class SomeUsers extends ChangedUsers {
  readonly calls: string[] = [];

  constructor(private readonly error?: Error) {
    super();
  }

  async review(sub: string): Promise<void> {
    this.note(`review ${sub}`);
  }

  async reviewIfPossible(sub: string): Promise<void> {
    this.note(`review if possible ${sub}`);
  }

  private note(call: string): void {
    this.calls.push(call);
    if (this.error !== undefined) throw this.error;
  }
}

const LOGGER = { error: () => undefined } as unknown as AppLogger;

async function settled(status: number | undefined, error?: Error): Promise<string[]> {
  const users = new SomeUsers(error);
  await new PendingChange(['alice', 'bob'], users, LOGGER).settle(status);
  return users.calls;
}

describe('a change in the directory', () => {
  it.each([200, 201, 204, 303])('was made when the response is %s', async (status) => {
    expect(await settled(status)).toEqual(['review alice', 'review bob']);
  });

  it.each([undefined, 404, 500, 503])(
    'may have been made when the response is %s: that ends no sessions by itself',
    async (status) => {
      const calls = ['review if possible alice', 'review if possible bob'];
      expect(await settled(status)).toEqual(calls);
      expect(await settled(status, new Overloaded('away', 5))).toEqual(calls);
    },
  );

  it.each([400, 401, 403, 409, 429])('was not made when the response is %s', async (status) => {
    expect(await settled(status)).toEqual([]);
  });

  it('is not reported to the client before the grants are brought to it', async () => {
    await expect(settled(204, new Error('the database is away'))).rejects.toThrow(Unavailable);
  });
});
