/** How many requests of a kind there may be at once, and how long one may take. */
export interface Lane {
  inFlight: number;
  /** How many more may wait, first come, first served. */
  waiting: number;
  /** From the moment the question arises, waiting included. Milliseconds. */
  deadlineMs: number;
}

export interface DirectoryLimits {
  /** Sign-ins: each costs the directory a slow hash. */
  authenticate: Lane;
  /** Look-ups, in a lane of their own: a storm of sign-ins must not keep anyone from refreshing. */
  describe: Lane;
  /** Milliseconds. */
  connectMs: number;
  /**
   * So many requests of a kind in a row without an answer, and the directory is left alone with that kind. Those whose
   * time runs out side by side count as one.
   */
  failuresInARow: number;
  /** For so long; then one request tries. Milliseconds. */
  restMs: number;
  answerBytes: number;
}

export const DIRECTORY_LIMITS: Readonly<DirectoryLimits> = {
  authenticate: { inFlight: 64, waiting: 128, deadlineMs: 5_000 },
  describe: { inFlight: 64, waiting: 256, deadlineMs: 2_000 },
  connectMs: 1_000,
  failuresInARow: 5,
  restMs: 3_000,
  answerBytes: 64 * 1024,
};
