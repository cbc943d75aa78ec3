/** What one partition may use of a quota in each window. */
export interface Allotment {
  /** The limit it belongs to. */
  limitId: string;
  partition: string;
  quota: number;
  /** Windows begin at whole multiples of this since 1970, in UTC. */
  windowSeconds: number;
}

/** Where an allotment stands once a request was decided. */
export interface Standing {
  used: number;
  /** Until the next window begins. */
  resetMs: number;
}

/** Counts requests in fixed windows. */
export abstract class QuotaCounters {
  /**
   * Takes one request of every allotment, or nothing at all where one has none left: decided and counted in a single
   * step, however many ask at once.
   * @returns `standings` in the order of the allotments
   * @throws Overloaded when it cannot count now: the request must not pass then
   */
  abstract consume(
    allotments: readonly Allotment[],
  ): Promise<{ consumed: boolean; standings: readonly Standing[] }>;
}

/** When the window ends that a moment belongs to. Seconds since 1970. */
export function windowEnd(nowMs: number, windowSeconds: number): number {
  return (Math.floor(nowMs / 1000 / windowSeconds) + 1) * windowSeconds;
}
