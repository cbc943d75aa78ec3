import { describe, expect, it } from 'vitest';
import { type FieldError, InvalidInput, ProblemError } from '../../protocol/problem.js';
import { checkBody, titleFlaw } from './document-limits.js';
import type { JsonValue } from './json-value.js';

function refusalOf(body: JsonValue): ProblemError | undefined {
  try {
    checkBody(body);
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  return undefined;
}

function errorsOf(body: JsonValue): FieldError[] | undefined {
  const refusal = refusalOf(body);
  expect(refusal).toBeInstanceOf(InvalidInput);
  return refusal?.errors;
}

describe('a title', () => {
  it.each(['x', ' ', 'Qəbz № 7', '🐙'.repeat(200), 'a\u2028b'])('may be %j', (title) => {
    expect(titleFlaw(title)).toBeUndefined();
  });

  it.each([
    ['', 'must be 1 to 200 characters'],
    ['x'.repeat(201), 'must be 1 to 200 characters'],
    ['🐙'.repeat(201), 'must be 1 to 200 characters'],
    ['a\u0000b', 'must not contain control characters'],
    ['a\nb', 'must not contain control characters'],
    ['a\u007fb', 'must not contain control characters'],
    ['a\u0085b', 'must not contain control characters'],
    ['a\ud83d', 'must not contain half a surrogate pair'],
    [7, 'must be a string'],
    [null, 'must be a string'],
    [undefined, 'must be a string'],
    [['x'], 'must be a string'],
  ])('must not be %j', (title, flaw) => {
    expect(titleFlaw(title)).toBe(flaw);
  });
});

describe('a body', () => {
  it.each<JsonValue>([
    null,
    true,
    0,
    -1.5e300,
    '',
    'text 🐙',
    [],
    {},
    [[], {}, null],
    { a: { b: [1, 'c'] }, '': 0 },
  ])('may be %j', (body) => {
    expect(refusalOf(body)).toBeUndefined();
  });

  it('may be 64 KiB of JSON, and no longer', () => {
    expect(refusalOf('x'.repeat(64 * 1024 - 2))).toBeUndefined();
    expect(refusalOf('x'.repeat(64 * 1024 - 1))?.status).toBe(413);
  });

  it('has its size counted in bytes of UTF-8, escapes included', () => {
    expect(refusalOf('é'.repeat(32 * 1024 - 1))).toBeUndefined();
    expect(refusalOf('é'.repeat(32 * 1024))?.status).toBe(413);
    expect(refusalOf('"'.repeat(32 * 1024))?.status).toBe(413);
  });

  it.each<[body: JsonValue, pointer: string]>([
    ['a\u0000', '/body'],
    [{ a: ['b', '\u0000'] }, '/body/a/1'],
    [{ 'a/b~c': { d: '\ud800' } }, '/body/a~1b~0c/d'],
    [['\udc00\ud800'], '/body/0'],
    [{ a: { 'b\u0000': 1 } }, '/body/a'],
    [[{ '\ud83d': 1 }], '/body/0'],
  ])('must not have text that cannot be stored, as in %j', (body, pointer) => {
    expect(errorsOf(body)).toEqual([expect.objectContaining({ pointer })]);
  });

  it.each<[json: string, pointer: string]>([
    ['1e400', '/body'],
    ['[-1e400]', '/body/0'],
    ['{"a":1e309}', '/body/a'],
  ])('must not have a number that is read as an infinity: %s', (json, pointer) => {
    expect(errorsOf(JSON.parse(json))).toEqual([
      { pointer, detail: 'must be within the range of a 64-bit float' },
    ]);
  });
});
