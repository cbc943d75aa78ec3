const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/**
 * How long to wait before an attempt to connect: twice as long each time up to a cap, and at random between half of that
 * and all of it, so that instances which lost Redis together do not come back together.
 * @param attempts that failed before
 * @returns milliseconds
 */
export function reconnectDelay(attempts: number, random: () => number = Math.random): number {
  const longest = Math.min(FIRST_MS * 2 ** Math.min(attempts, 10), LONGEST_MS);
  return Math.round(longest * (0.5 + random() / 2));
}
