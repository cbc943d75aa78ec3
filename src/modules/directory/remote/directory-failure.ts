import { Overloaded } from '../../../protocol/overloaded.js';

/** Seconds. */
const RETRY_AFTER = 5;

/** The directory sent no valid response, so nothing is known about the user: the client gets 503, never a refusal. */
export class DirectoryFailure extends Overloaded {
  /** @param reason for the operator; never a value that was sent or received */
  constructor(
    readonly reason: string,
    retryAfter = RETRY_AFTER,
  ) {
    super('The directory is unavailable', retryAfter);
  }
}

export class NoResponse extends DirectoryFailure {}

/** No connection could be made, so nothing was sent. */
export class NoConnection extends NoResponse {}
