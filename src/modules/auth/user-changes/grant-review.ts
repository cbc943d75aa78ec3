import { Injectable } from '@nestjs/common';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { Overloaded } from '../../../protocol/overloaded.js';
import type { ResourceOwner } from '../../../protocol/resource-owner.js';
import { mayHold } from '../../../protocol/scopes.js';
import { Throttled } from '../../../protocol/throttled.js';
import { Directory } from '../../directory/index.js';
import { GrantRegistry } from '../../tokens/index.js';

/** Ends and narrows a user's grants by what the directory says of the user now. */
@Injectable()
export class GrantReview {
  constructor(
    private readonly directory: Directory,
    private readonly grants: GrantRegistry,
    private readonly logger: AppLogger,
  ) {}

  /**
   * Ends the grants of a user who is gone, disabled or has another password, and takes lost scopes out of the others.
   * @throws Overloaded when the directory cannot be asked
   */
  async review(sub: string): Promise<void> {
    const user = await this.describe(sub);
    if (user === undefined) return this.grants.endAllOfSubject(sub, 'person_disabled');
    await this.grants.endOutdated(sub, user.credentials_version);
    await this.grants.narrowSubject(sub, (scope) => mayHold(scope, user.roles));
  }

  /**
   * The same after a change that was certainly made. If the directory cannot be asked now, all grants of the user end:
   * the user signs in again, but no token outlives a password that was changed because it had leaked.
   */
  async reviewAfterChange(sub: string): Promise<void> {
    try {
      await this.review(sub);
    } catch (err) {
      this.logger.warn(
        { sub, err },
        'all grants of a changed user end: the directory is unavailable, so the user must sign in again',
      );
      await this.grants.endAllOfSubject(sub, 'user_changed');
    }
  }

  /** A rate limit of the directory does not concern this user, so callers see an unavailable directory. */
  private async describe(sub: string): Promise<ResourceOwner | undefined> {
    try {
      return await this.directory.describe(sub);
    } catch (error) {
      if (error instanceof Throttled) throw new Overloaded(error.message, error.retryAfter);
      throw error;
    }
  }
}
