import type { AppLogger } from '../../../platform/logging/logging.module.js';
import { Unavailable } from '../../../protocol/problem.js';
import type { ChangedUsers } from './changed-users.js';

const RETRY_AFTER = 2;

/** What a response of the directory says about the change that was asked for. */
type Outcome = 'made' | 'unknown' | 'none';

/** A forwarded request that may change users in the directory. */
export class PendingChange {
  constructor(
    private readonly subjects: readonly string[],
    private readonly users: ChangedUsers,
    private readonly logger: AppLogger,
  ) {}

  /**
   * To be called with the status of the directory's response, before the client receives any of it; without a status
   * when no response came.
   * @throws Unavailable when the change was made and the grants cannot be brought to it
   */
  async settle(status: number | undefined): Promise<void> {
    const outcome = outcomeOf(status);
    if (outcome === 'none') return;
    await Promise.all(this.subjects.map((sub) => this.review(sub, outcome)));
  }

  private async review(sub: string, outcome: Outcome): Promise<void> {
    try {
      await (outcome === 'made' ? this.users.review(sub) : this.users.reviewIfPossible(sub));
    } catch (err) {
      this.logger.error(
        { sub, outcome, err },
        'the grants of a changed user could not be reviewed: sessions may outlive the change. ' +
          'Repeat the request, or end them at /admin/sessions',
      );
      // Only a change that was certainly made is reported to the client.
      if (outcome === 'made') throw new Unavailable(RETRY_AFTER);
    }
  }
}

/**
 * A 404 may be of a user whose deletion an earlier request made, without its response; a failure may come after the
 * change. Other refusals change nothing, and their callers must not be able to end sessions.
 */
function outcomeOf(status: number | undefined): Outcome {
  if (status === undefined || status === 404 || status >= 500) return 'unknown';
  return status < 400 ? 'made' : 'none';
}
