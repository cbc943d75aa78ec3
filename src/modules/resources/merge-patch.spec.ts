import { describe, expect, it } from 'vitest';
import type { JsonValue } from './json-value.js';
import { mergePatch } from './merge-patch.js';

describe('a merge patch', () => {
  it.each<[target: JsonValue, patch: JsonValue, result: JsonValue]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('turns %j with %j into %j (RFC 7396 Appendix A)', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  it('drops nulls from an object that is new, at any depth', () => {
    expect(mergePatch(null, { a: { b: null, c: { d: null, e: 1 } } })).toEqual({ a: { c: { e: 1 } } });
  });

  it('keeps nulls inside arrays, which it replaces as a whole', () => {
    expect(mergePatch({ a: [1] }, { a: [null, { b: null }] })).toEqual({ a: [null, { b: null }] });
  });

  it('merges members of every name, and nothing that is inherited', () => {
    const merged = mergePatch(
      { constructor: { a: 1 } },
      { constructor: { b: 2 }, toString: { c: 3 }, valueOf: null },
    );
    expect(merged).toEqual({ constructor: { a: 1, b: 2 }, toString: { c: 3 } });
  });

  it('keeps the order of members that were there', () => {
    expect(JSON.stringify(mergePatch({ b: 1, a: 2 }, { c: 3, b: 4 }))).toBe('{"b":4,"a":2,"c":3}');
  });

  it('changes neither the target nor the patch', () => {
    const target = { a: { b: 1 } };
    const patch = { a: { b: null, c: 2 } };
    mergePatch(target, patch);
    expect([target, patch]).toEqual([{ a: { b: 1 } }, { a: { b: null, c: 2 } }]);
  });

  it.each(['__proto__', 'constructor', 'toString'])('treats a member named %s like any other', (name) => {
    const patch: JsonValue = JSON.parse(`{"${name}":{"polluted":true}}`);
    expect(JSON.stringify(mergePatch({}, patch))).toBe(`{"${name}":{"polluted":true}}`);
    expect('polluted' in {}).toBe(false);
    expect('polluted' in Object).toBe(false);
  });
});
