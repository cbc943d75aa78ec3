import type { Clock } from '../../../platform/clock/clock.js';
import { type Allotment, QuotaCounters, type Standing, windowEnd } from './quota-counters.js';
import { type Tally, WindowTallies } from './window-tallies.js';

/** What newcomers are counted as, together, once a limit has too many partitions. */
const NEWCOMERS = '';

/**
 * Counts in the memory of this process: exact within it, unknown to other instances, and gone with it. A caller who
 * brings a great many others gets nobody out of a limit: newcomers then share a single allotment.
 */
export class MemoryQuotaCounters extends QuotaCounters {
  /** @param tallies room for partitions, and as much again for newcomers of each limit */
  constructor(
    private readonly clock: Clock,
    private readonly tallies = new WindowTallies(),
    private readonly newcomers = new WindowTallies(),
  ) {
    super();
  }

  // Nothing here waits, so that no other request comes between the look and the count.
  override async consume(
    allotments: readonly Allotment[],
  ): Promise<{ consumed: boolean; standings: Standing[] }> {
    const nowMs = this.clock.now().getTime();
    const counted = allotments.map((allotment) => ({ allotment, tally: this.tallyOf(allotment, nowMs) }));
    const consumed = counted.every(({ allotment, tally }) => tally.used < allotment.quota);
    if (consumed) for (const { tally } of counted) tally.used += 1;
    return {
      consumed,
      standings: counted.map(({ tally }) => ({ used: tally.used, resetMs: tally.endsAt * 1000 - nowMs })),
    };
  }

  private tallyOf({ limitId, partition, windowSeconds }: Allotment, nowMs: number): Tally {
    const endsAt = windowEnd(nowMs, windowSeconds);
    return this.tallies.of(limitId, partition, endsAt) ?? this.newcomers.of(limitId, NEWCOMERS, endsAt)!;
  }
}
