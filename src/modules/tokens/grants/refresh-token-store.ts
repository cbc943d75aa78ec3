import type { UserDetails } from '../../../protocol/user-details.js';
import type { RefreshTokenState, Repeat, RotationOrigin, Successor } from './refresh-token-state.js';

/** Where refresh tokens are kept. Every method is one atomic statement, durable when it returns. */
export abstract class RefreshTokenStore {
  abstract find(hash: Buffer): Promise<RefreshTokenState | undefined>;

  /**
   * Consumes a live token, stores its successor and replaces the grant's details; false when it was not live any more.
   * @param origin where the request comes from, for comparison with repeats
   */
  abstract rotate(
    hash: Buffer,
    successor: Successor,
    origin: RotationOrigin,
    details: UserDetails,
    now: Date,
  ): Promise<boolean>;

  /**
   * Counts a repeat of a consumed token and returns its sealed successor. Undefined unless the successor is unused, the
   * leeway has not passed, and network or user agent are those of the rotation. The database's clock measures the leeway.
   * @param leeway in seconds; 0 permits no repeat
   */
  abstract repeat(
    hash: Buffer,
    origin: RotationOrigin,
    leeway: number,
    now: Date,
  ): Promise<Repeat | undefined>;
}
