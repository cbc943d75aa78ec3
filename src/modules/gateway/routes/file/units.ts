import type { SpikeArrest } from '../route.js';

/** What the schema lets through is all that these see. */

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };
const BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** `30s` in milliseconds. */
export function millisecondsOf(duration: string): number {
  return amountIn(duration, MILLISECONDS);
}

/** The shortest text of a duration in seconds or, where they are not whole, milliseconds. */
export function durationText(milliseconds: number): string {
  return milliseconds % 1_000 === 0 ? `${milliseconds / 1_000}s` : `${milliseconds}ms`;
}

/** `10MiB` in bytes. */
export function bytesOf(size: string): number {
  return amountIn(size, BYTES);
}

/** `30/second`, taken apart. */
export function rateOf(rate: string): Pick<SpikeArrest, 'rate' | 'per'> {
  const [amount, per] = rate.split('/') as [string, SpikeArrest['per']];
  return { rate: Number(amount), per };
}

function amountIn(text: string, units: Readonly<Record<string, number>>): number {
  const [, amount, unit] = /^(\d+)([A-Za-z]+)$/.exec(text) ?? [];
  const size = units[unit ?? ''];
  if (size === undefined) throw new Error('A quantity has a unit that the schema does not have.');
  return Number(amount) * size;
}
