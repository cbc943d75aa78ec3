import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../protocol/problem.js';
import { parseJson } from './json-body.js';

const parse = (text: string): unknown => parseJson(Buffer.from(text));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('JSON of a stranger', () => {
  it.each([
    'null',
    '7',
    '"__proto__"',
    '{"constructor":1,"prototype":{"constructor":2},"toString":null}',
    '{"constructor":{"proto":1},"a":["constructor","prototype"]}',
    '{"constructor":[{"prototype":1}]}',
    nested(65),
  ])('is data, whatever its members are called: %s', (text) => {
    expect(JSON.stringify(parse(text))).toBe(text);
  });

  it.each([
    '{"__proto__":1}',
    '{"\\u005f_proto__":null}',
    '[[{"a":{"__proto__":{}}}]]',
    '{"constructor":{"prototype":1}}',
    '{"a":[{"c\\u006fnstructor":{"prototype":null}}]}',
  ])('is refused where a merge would write into a prototype: %s', (text) => {
    expect(() => parse(text)).toThrow(ProblemError);
    expect(() => parse(text)).toThrow(/__proto__/);
  });

  it.each(['', '{', '{"a":1}x', nested(66)])('is refused when it is malformed or too deep: %s', (text) => {
    expect(() => parse(text)).toThrow(ProblemError);
  });
});
