/** How much the latest duration counts in the average, and in the average deviation: RFC 6298 §2.3. */
const WEIGHT = 1 / 8;
const WEIGHT_OF_DEVIATION = 1 / 4;
/** Half of what RFC 6298 §2.3 has: a comparison that takes longer than expected costs less than a lost segment. */
const DEVIATIONS = 2;
/** Of a single duration nothing is known about how much it varies. */
const FIRST_DEVIATION = 1 / 8;

/** An upper estimate of durations that vary, as TCP estimates its round-trip time (RFC 6298 §2). Milliseconds. */
export class DurationEstimate {
  private average: number | undefined;
  private deviation = 0;

  add(ms: number): void {
    if (this.average === undefined) {
      this.average = ms;
      this.deviation = ms * FIRST_DEVIATION;
      return;
    }
    this.deviation += WEIGHT_OF_DEVIATION * (Math.abs(ms - this.average) - this.deviation);
    this.average += WEIGHT * (ms - this.average);
  }

  get isEmpty(): boolean {
    return this.average === undefined;
  }

  /** What nearly every duration stays below; 0 before the first. */
  get upper(): number {
    return (this.average ?? 0) + DEVIATIONS * this.deviation;
  }
}
