import { LRUCache } from 'lru-cache';

/** Partitions that are told apart at a time. One that is forgotten too early may be one interval ahead of its time. */
const CAPACITY = 50_000;

/** The place that one request takes in a smoothed stream. */
export interface SpikeSlot {
  limitId: string;
  partition: string;
  /** One request for each so many milliseconds. */
  intervalMs: number;
}

/**
 * Smooths requests: one for each interval, by the generic cell rate algorithm (ITU-T I.371) with a tolerance of one
 * interval. So two requests may come at once after a pause, and a caller that keeps the rate is not refused because
 * the network delivered one of its requests early; over any longer time the rate holds. Counted in this process alone: a
 * spike arrest protects what is behind this instance, at this moment.
 */
export class SpikeArrests {
  /** When the next request is due, by the monotonic clock. */
  private readonly due = new LRUCache<string, number>({ max: CAPACITY });

  /** @param nowMs a clock that only goes forward */
  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /**
   * Takes all of the slots, or none where one is not free yet.
   * @returns undefined when they were taken; otherwise which one to wait for, and for how many milliseconds
   */
  take<Slot extends SpikeSlot>(slots: readonly Slot[]): { slot: Slot; waitMs: number } | undefined {
    const now = this.nowMs();
    let refused: { slot: Slot; waitMs: number } | undefined;
    for (const slot of slots) {
      const waitMs = (this.due.get(keyOf(slot)) ?? now) - slot.intervalMs - now;
      if (waitMs > (refused?.waitMs ?? 0)) refused = { slot, waitMs };
    }
    if (refused !== undefined) return refused;
    for (const slot of slots) {
      const key = keyOf(slot);
      this.due.set(key, Math.max(this.due.get(key) ?? now, now) + slot.intervalMs);
    }
    return undefined;
  }
}

function keyOf({ limitId, partition }: SpikeSlot): string {
  return `${limitId} ${partition}`;
}
