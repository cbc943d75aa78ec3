import type { Clock } from '../clock/clock.js';
import { WindowCounters, type WindowLimit, type WindowUsage, windowEnd } from './window-counters.js';
import { type Tally, WindowTallies } from './window-tallies.js';

/** The partition that new partitions share once a limit has too many. */
const OVERFLOW = '';

/**
 * Counts in the memory of this process. The counts are exact within it, unknown to other instances, and lost at its end.
 * Once a limit has too many partitions, new ones share a single quota, so that a flood of partitions lifts no limit.
 */
export class MemoryWindowCounters extends WindowCounters {
  /** @param overflow the shared tallies, one for each limit */
  constructor(
    private readonly clock: Clock,
    private readonly tallies = new WindowTallies(),
    private readonly overflow = new WindowTallies(),
  ) {
    super();
  }

  // No await between the decision and the count, so that no other call comes between them.
  override async consume(
    limits: readonly WindowLimit[],
  ): Promise<{ consumed: boolean; usages: WindowUsage[] }> {
    const nowMs = this.clock.now().getTime();
    const counted = limits.map((limit) => ({ limit, tally: this.tallyOf(limit, nowMs) }));
    const consumed = counted.every(({ limit, tally }) => tally.used < limit.quota);
    if (consumed) for (const { tally } of counted) tally.used += 1;
    return {
      consumed,
      usages: counted.map(({ tally }) => ({ used: tally.used, resetMs: tally.endsAt * 1000 - nowMs })),
    };
  }

  private tallyOf({ limitId, partition, windowSeconds }: WindowLimit, nowMs: number): Tally {
    const endsAt = windowEnd(nowMs, windowSeconds);
    return this.tallies.of(limitId, partition, endsAt) ?? this.overflow.of(limitId, OVERFLOW, endsAt)!;
  }
}
