/** What was used in one window. */
export interface Tally {
  /** When the window ends. Seconds since 1970. */
  endsAt: number;
  used: number;
}

/** One window of one limit. */
interface Table {
  endsAt: number;
  tallies: Map<string, Tally>;
}

/** Partitions of one limit that are told apart at a time: some 20 MB. */
const CAPACITY = 100_000;
const LONGEST_WINDOW_SECONDS = 86_400;

/** Tallies of many partitions, in bounded memory. None is dropped before its window has ended. */
export class WindowTallies {
  private readonly tables = new Map<string, Table>();

  constructor(private readonly capacity = CAPACITY) {}

  /**
   * The tally in the window that ends then, or in a later one that was begun already: the caller raises it. Undefined
   * when the limit has as many partitions as it may, and this is none of them.
   */
  of(limitId: string, partition: string, endsAt: number): Tally | undefined {
    const table = this.tableOf(limitId, endsAt);
    const known = table.tallies.get(partition);
    if (known !== undefined || table.tallies.size >= this.capacity) return known;
    const tally = { endsAt: table.endsAt, used: 0 };
    table.tallies.set(partition, tally);
    return tally;
  }

  /** The tally in whichever window is the latest, to look at. */
  latest(limitId: string, partition: string): Readonly<Tally> | undefined {
    return this.tables.get(limitId)?.tallies.get(partition);
  }

  private tableOf(limitId: string, endsAt: number): Table {
    const known = this.tables.get(limitId);
    if (known !== undefined && known.endsAt >= endsAt) return known;
    // Limits that are in no route any more would stay for ever.
    for (const [id, table] of this.tables) {
      if (table.endsAt <= endsAt - LONGEST_WINDOW_SECONDS) this.tables.delete(id);
    }
    const table = { endsAt, tallies: new Map<string, Tally>() };
    this.tables.set(limitId, table);
    return table;
  }
}
