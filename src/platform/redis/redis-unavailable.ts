import { Overloaded } from '../../protocol/overloaded.js';

/** Seconds. By then a connection that broke is usually back. */
const RETRY_AFTER = 2;

/** Redis is away, too slow, or answered with an error. What was asked may have been done all the same. */
export class RedisUnavailable extends Overloaded {
  constructor(override readonly cause: unknown) {
    super('Redis cannot be asked', RETRY_AFTER);
  }
}
