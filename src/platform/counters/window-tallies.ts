/** The uses that were counted in one window. */
export interface Tally {
  /** End of the window. Seconds since 1970. */
  endsAt: number;
  used: number;
}

/** One window of one limit. */
interface Table {
  endsAt: number;
  tallies: Map<string, Tally>;
}

/** Partitions of one limit that are counted separately: some 20 MB. */
const MAX_PARTITIONS = 100_000;
const LONGEST_WINDOW_SECONDS = 86_400;

/** Tallies of many partitions, in bounded memory. No tally is dropped before its window has ended. */
export class WindowTallies {
  private readonly tables = new Map<string, Table>();

  constructor(private readonly maxPartitions = MAX_PARTITIONS) {}

  /**
   * The tally of the window that ends at `endsAt`, or of a later one that has begun; the caller raises it.
   * @returns undefined for a new partition of a limit that has its maximum of them
   */
  of(limitId: string, partition: string, endsAt: number): Tally | undefined {
    const table = this.tableOf(limitId, endsAt);
    const known = table.tallies.get(partition);
    if (known !== undefined || table.tallies.size >= this.maxPartitions) return known;
    const tally = { endsAt: table.endsAt, used: 0 };
    table.tallies.set(partition, tally);
    return tally;
  }

  /** The tally of the latest window. */
  latest(limitId: string, partition: string): Readonly<Tally> | undefined {
    return this.tables.get(limitId)?.tallies.get(partition);
  }

  private tableOf(limitId: string, endsAt: number): Table {
    const known = this.tables.get(limitId);
    if (known !== undefined && known.endsAt >= endsAt) return known;
    // A limit that was removed from the configuration would stay in memory.
    for (const [id, table] of this.tables) {
      if (table.endsAt <= endsAt - LONGEST_WINDOW_SECONDS) this.tables.delete(id);
    }
    const table = { endsAt, tallies: new Map<string, Tally>() };
    this.tables.set(limitId, table);
    return table;
  }
}
