import { Overloaded } from '../../../protocol/overloaded.js';

/** After this many seconds a directory that is away may be back. */
const RETRY_AFTER = 5;

/**
 * The directory did not say what it was asked. Nothing is known about the person: the answer is 503, never a refusal.
 */
export class DirectoryFailure extends Overloaded {
  /** @param reason what is wrong, for the operator; never a value that was sent or received */
  constructor(
    readonly reason: string,
    retryAfter = RETRY_AFTER,
  ) {
    super('The directory of people cannot be asked', retryAfter);
  }
}

/** Nobody answered. */
export class NoAnswer extends DirectoryFailure {}

/** No connection could be made, so nothing was sent. */
export class NoConnection extends NoAnswer {}
