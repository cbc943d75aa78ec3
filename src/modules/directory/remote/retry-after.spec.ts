import { describe, expect, it } from 'vitest';
import { secondsOf } from './retry-after.js';

const NOW = new Date('1994-11-06T08:49:37.200Z');
const OTHERWISE = 7;

describe('Retry-After (RFC 9110 §10.2.3)', () => {
  it.each<[string, number]>([
    ['3', 3],
    [' 120 ', 120],
    ['007', 7],
    ['Sun, 06 Nov 1994 08:49:47 GMT', 10],
    ['Sunday, 06-Nov-94 08:49:47 GMT', 10],
    ['Sun Nov  6 08:49:47 1994', 10],
  ])('is read from %j: %i s', (text, seconds) => {
    expect(secondsOf(text, NOW, OTHERWISE)).toBe(seconds);
  });

  it.each<[string, number]>([
    ['0', 1],
    ['3601', 3600],
    ['99999999999999999999', 3600],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 1],
    ['Sat, 05 Nov 1994 08:49:37 GMT', 1],
    ['Mon, 07 Nov 1994 08:49:37 GMT', 3600],
  ])('is held between a second and an hour: %j is %i s', (text, seconds) => {
    expect(secondsOf(text, NOW, OTHERWISE)).toBe(seconds);
  });

  it.each([
    undefined,
    '',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    'soon',
    '3, 4',
    '1994-11-06T08:49:47Z',
    'Sun, 99 Foo GMT',
  ])('counts as absent where it cannot be read: %j', (text) => {
    expect(secondsOf(text, NOW, OTHERWISE)).toBe(OTHERWISE);
  });
});
