import type { EnvironmentReader } from './environment.js';

/** What a secret that nobody can guess has at least. NIST SP 800-131A. */
const MIN_BITS = 128;

/** Requires a strong secret, in production only: a trial may use any secret. */
export function demandStrength(read: EnvironmentReader, name: string, secret: string): void {
  read.demand(
    estimatedBits(secret) >= MIN_BITS,
    `${name} is too easy to guess for production: it repeats itself. Make a random one (openssl rand -hex 32).`,
  );
}

/**
 * A crude upper bound of the strength of a text. Each character counts by the alphabets that occur. A character does
 * not count if it continues a run or a sequence (`aaa`, `321`), or three earlier characters. Random values pass by
 * design.
 */
export function estimatedBits(text: string): number {
  const bits = Math.log2(
    ALPHABETS.reduce((size, [form, more]) => size + (form.test(text) ? more : 0), 0) || 1,
  );
  const characters = Array.from(text);
  const seen = new Set<string>();
  let surprising = 0;
  characters.forEach((_, at) => {
    const last = characters.slice(Math.max(0, at - 2), at + 1).join('');
    if (at < 2 || !(seen.has(last) || isSequence(last))) surprising += 1;
    seen.add(last);
  });
  return surprising * bits;
}

const ALPHABETS: [RegExp, number][] = [
  [/[0-9]/, 10],
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[^0-9a-zA-Z]/, 8],
];

/** Whether three characters are equal, or follow each other in either direction. */
function isSequence(three: string): boolean {
  const [first, second, third] = [0, 1, 2].map((at) => three.charCodeAt(at)) as [number, number, number];
  const step = second - first;
  return Math.abs(step) <= 1 && third - second === step;
}
