import type { AppLogger } from '../../../platform/logging/logging.module.js';
import { ProblemError } from '../../../protocol/problem.js';
import type { Admission } from './admission.js';
import { AdmissionEnded, ClientGone, codeOf } from './failures.js';
import type { Target } from './targets/target.js';

/** What went wrong with upstreams, for the log: by code alone, as requests and answers are other people's. */
export class ExchangeLog {
  constructor(private readonly logger: AppLogger) {}

  /** What the client did itself, and what it is told in so many words, is no news. */
  failed(error: Error, target: Target, admission: Admission): void {
    if (error instanceof ClientGone || error instanceof ProblemError) return;
    if (error instanceof AdmissionEnded) {
      const { message, detail } = error.refusal as Error & { detail?: string };
      this.logger.info(
        { ...fieldsOf(target, admission), reason: detail ?? message },
        'a request under way was ended',
      );
      return;
    }
    this.logger.warn(
      { ...fieldsOf(target, admission), error: codeOf(error) },
      'an exchange with an upstream failed',
    );
  }

  /** A request that is sent once more, on another connection to the same target. */
  repeated(error: Error, target: Target, admission: Admission): void {
    this.logger.debug(
      { ...fieldsOf(target, admission), error: codeOf(error) },
      'an upstream closed a reused connection: the request is sent once more',
    );
  }

  /** @param names of the fields that were left out of an answer */
  withheld(names: readonly string[], target: Target, admission: Admission): void {
    if (names.length === 0) return;
    this.logger.warn(
      { ...fieldsOf(target, admission), fields: names },
      'an upstream referred to a foreign place',
    );
  }

  /** @param names of the fields of a request or an answer that do not pass */
  dropped(names: readonly string[], target: Target, admission: Admission): void {
    if (names.length === 0) return;
    this.logger.debug({ ...fieldsOf(target, admission), fields: names }, 'header fields were dropped');
  }

  /** @param names of the fields of an answer whose references no prefix was exchanged in */
  outside(names: readonly string[], target: Target, admission: Admission): void {
    if (names.length === 0) return;
    this.logger.debug(
      { ...fieldsOf(target, admission), fields: names },
      'an upstream referred to a path outside its route, which passed unchanged',
    );
  }
}

function fieldsOf({ origin }: Target, { requestId, route }: Admission): object {
  return { request_id: requestId, route: route.id, target: origin };
}
