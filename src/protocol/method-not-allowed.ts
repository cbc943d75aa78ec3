import { ProblemError } from './problem.js';

/** What is at this path does not answer to this method. RFC 9110 §15.5.6. */
export class MethodNotAllowed extends ProblemError {
  /** @param allow the value of `Allow`, which the answer must have */
  constructor(readonly allow: string) {
    super(405, 'This path does not answer to this method.');
  }
}
