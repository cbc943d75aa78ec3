/** Limits of the requests of one operation. */
export interface QueueLimits {
  maxInFlight: number;
  /** More requests may wait, in order of arrival. */
  maxWaiting: number;
  /** From the arrival of the request, its wait included. Milliseconds. */
  deadlineMs: number;
}

export interface DirectoryLimits {
  /** Sign-ins: each costs the directory a slow hash. */
  authenticate: QueueLimits;
  /** Look-ups have their own queue, so that many sign-ins do not delay a refresh. */
  describe: QueueLimits;
  /** Milliseconds. */
  connectMs: number;
  /** Failures in a row that open the circuit of an operation. Requests that time out together count as one. */
  failuresInARow: number;
  /** How long the circuit stays open before one request tries again. Milliseconds. */
  openMs: number;
  maxResponseBytes: number;
}

export const DIRECTORY_LIMITS: Readonly<DirectoryLimits> = {
  authenticate: { maxInFlight: 64, maxWaiting: 128, deadlineMs: 5_000 },
  describe: { maxInFlight: 64, maxWaiting: 256, deadlineMs: 2_000 },
  connectMs: 1_000,
  failuresInARow: 5,
  openMs: 3_000,
  maxResponseBytes: 64 * 1024,
};
