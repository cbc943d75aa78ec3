/** How often one partition may be used in each window of a limit. */
export interface WindowLimit {
  limitId: string;
  partition: string;
  quota: number;
  /** Windows begin at whole multiples of this since 1970, in UTC. */
  windowSeconds: number;
}

/** The use of a limit by one partition, after a decision. */
export interface WindowUsage {
  used: number;
  /** Until the next window begins. */
  resetMs: number;
}

/** Counts uses in fixed windows. */
export abstract class WindowCounters {
  /**
   * Counts one use of every limit, or of none where one of them is used up. Decision and count are a single step,
   * however many calls come at once.
   * @returns `usages` in the order of the limits
   * @throws Overloaded when the store is unavailable: the caller must refuse then
   */
  abstract consume(
    limits: readonly WindowLimit[],
  ): Promise<{ consumed: boolean; usages: readonly WindowUsage[] }>;
}

/** The end of the window that contains a moment. Seconds since 1970. */
export function windowEnd(nowMs: number, windowSeconds: number): number {
  return (Math.floor(nowMs / 1000 / windowSeconds) + 1) * windowSeconds;
}
