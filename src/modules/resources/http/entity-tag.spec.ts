import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../../protocol/problem.js';
import { entityTagOf, expectedVersions, isNotModified } from './entity-tag.js';

const MALFORMED = [
  '',
  ' ',
  ',',
  '3',
  '"3',
  '3"',
  "'3'",
  '"3""4"',
  '"3" "4"',
  'w/"3"',
  'W/ "3"',
  'W/3',
  '"a b"',
  '"\u007f"',
];
const MALFORMED_WITH_STAR = ['*, "3"', '"3", *', '**', '"3";'];

describe('the entity tag of a version', () => {
  it('is strong', () => {
    expect(entityTagOf({ version: 3 })).toBe('"3"');
  });
});

describe('If-Match', () => {
  it.each([undefined, '*'])('allows any version when it is %s', (header) => {
    expect(expectedVersions(header)).toBeUndefined();
  });

  it.each([
    ['"3"', [3]],
    ['"3","4"', [3, 4]],
    [' ,"3" ,\t,"4", ', [3, 4]],
    ['"3", W/"4"', [3]],
    ['"a,b", "3"', [3]],
  ])('allows the versions that %j names', (header, versions) => {
    expect(expectedVersions(header)).toEqual(versions);
  });

  it.each([
    'W/"3"',
    '""',
    '"0"',
    '"03"',
    '"-3"',
    '"3.0"',
    '"3-gzip"',
    '"9999999999999999999999"',
    '"\u00e9"',
  ])('allows no version with %j', (header) => {
    expect(expectedVersions(header)).toEqual([]);
  });

  it.each([...MALFORMED, ...MALFORMED_WITH_STAR])('is malformed as %j', (header) => {
    expect(() => expectedVersions(header)).toThrow(ProblemError);
  });

  it('is judged quickly however it is broken', () => {
    const started = performance.now();
    for (const part of ['"3",', '"', ',', ' ', ', ', 'W/']) {
      expect(() => expectedVersions(`${part.repeat(4000)}!`)).toThrow(ProblemError);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('If-None-Match', () => {
  const current = { version: 3 };

  it.each(['*', '"3"', 'W/"3"', '"2", "3"', '"x",W/"3"'])('names the current version as %j', (header) => {
    expect(isNotModified(header, current)).toBe(true);
  });

  it.each([undefined, '"2"', '""', '"33"', 'W/"2", "4"'])('does not name it as %j', (header) => {
    expect(isNotModified(header, current)).toBe(false);
  });

  it.each([...MALFORMED, ...MALFORMED_WITH_STAR])('is malformed as %j', (header) => {
    expect(() => isNotModified(header, current)).toThrow(ProblemError);
  });
});
