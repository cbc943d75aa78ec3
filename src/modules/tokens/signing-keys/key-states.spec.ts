import { describe, expect, it } from 'vitest';
import type { SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import { type StatedKey, keySetAt } from './key-states.js';

const START = Date.parse('2026-03-01T12:00:00Z');

function at(hours: number): Date {
  return new Date(START + hours * 3_600_000);
}

/** A key by the hours at which it is announced, becomes active, is retired and is removed. */
function aKey(
  kid: string,
  [announced, ...hours]: [number, ...(number | null)[]],
  algorithm: SigningAlgorithm = 'ES256',
): StatedKey {
  const [activeAt = null, retiredAt = null, removedAt = null] = hours.map((hour) =>
    hour === null ? null : at(hour),
  );
  return { kid, algorithm, times: { announcedAt: at(announced), activeAt, retiredAt, removedAt } };
}

function kidsAt(keys: StatedKey[], hour: number): { signs: string | undefined; published: string[] } {
  const keySet = keySetAt(keys, at(hour));
  return { signs: keySet.signing('ES256')?.kid, published: keySet.published.map(({ kid }) => kid) };
}

/** `old` was active from the beginning; `next` is announced at 1, active at 2; `old` is retired at 3 and removed at 4. */
const ROTATION = [aKey('old', [0, 0, 3, 4]), aKey('next', [1, 2])];

describe('a rotation', () => {
  it.each([
    [0, 'old', ['old', 'next']],
    [1.99, 'old', ['old', 'next']],
    [2, 'next', ['old', 'next']],
    [2.99, 'next', ['old', 'next']],
    [3, 'next', ['old', 'next']],
    [3.99, 'next', ['old', 'next']],
    [4, 'next', ['next']],
    [1000, 'next', ['next']],
  ])('at hour %d signs with %s and publishes %j', (hour, signs, published) => {
    expect(kidsAt(ROTATION, hour)).toEqual({ signs, published });
  });
});

describe('a single key', () => {
  it.each<[string, [number, ...(number | null)[]], string | undefined, string[]]>([
    ['announced, without a date', [0], 'key', ['key']],
    ['announced, active later', [0, 11], 'key', ['key']],
    ['active at this moment', [0, 10], 'key', ['key']],
    ['active', [0, 0], 'key', ['key']],
    ['active, retired later', [0, 0, 11], 'key', ['key']],
    ['retired at this moment', [0, 0, 10], undefined, ['key']],
    ['retired, removed later', [0, 0, 5, 11], undefined, ['key']],
    ['removed at this moment', [0, 0, 5, 10], undefined, []],
    ['removed', [0, 0, 5, 6], undefined, []],
    ['removed at once, while active', [0, 0, null, 10], undefined, []],
    ['removed at once, while announced', [0, null, null, 10], undefined, []],
    ['retired without ever being active', [0, null, 10], undefined, ['key']],
    ['removed before it was to become active', [0, 11, null, 10], undefined, []],
  ])('%s', (_, hours, signs, published) => {
    expect(kidsAt([aKey('key', hours)], 10)).toEqual({ signs, published });
  });
});

describe('several keys of one algorithm', () => {
  it.each<[string, StatedKey[], string | undefined]>([
    [
      'the active one that became active last',
      [aKey('a', [0, 2]), aKey('b', [0, 4]), aKey('c', [0, 3])],
      'b',
    ],
    ['an active one before an announced one', [aKey('a', [0, 11]), aKey('b', [0, 1])], 'b'],
    ['the announced one that is next, without an active one', [aKey('a', [0, 13]), aKey('b', [0, 12])], 'b'],
    ['an announced one with a date before one without', [aKey('a', [0]), aKey('b', [0, 12])], 'b'],
    ['an announced one, after the active one was retired early', [aKey('a', [0, 0, 5]), aKey('b', [0])], 'b'],
    ['none of the retired and removed', [aKey('a', [0, 0, 5]), aKey('b', [0, 0, 1, 2])], undefined],
  ])('sign by %s', (_, keys, signs) => {
    expect(kidsAt(keys, 10).signs).toBe(signs);
    expect(kidsAt(keys.toReversed(), 10).signs).toBe(signs);
  });

  it('sign by the same one in every instance where two became active together', () => {
    const keys = [aKey('a', [0, 1]), aKey('b', [0, 1])];
    expect(kidsAt(keys, 10).signs).toBe(kidsAt(keys.toReversed(), 10).signs);
  });

  it('change nothing for another algorithm', () => {
    const keys = [aKey('es', [0, 1]), aKey('rs', [0, 2], 'RS256')];
    expect(keySetAt(keys, at(10)).signing('ES256')?.kid).toBe('es');
    expect(keySetAt(keys, at(10)).signing('RS256')?.kid).toBe('rs');
  });
});
