/** A time to wait as HTTP names it: rounded up, so that whoever waits that long does not come too early; at least 1. */
export function wholeSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
