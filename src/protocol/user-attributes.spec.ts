import { describe, expect, it } from 'vitest';
import { isAttributeName, objectionToAttributes } from './user-attributes.js';

const many = (length: number) => Object.fromEntries(Array.from({ length }, (_, at) => [`n${at}`, at]));

describe('attributes of a person', () => {
  it.each([
    [{}],
    [{ department: 'Freight', level: 3, temporary: false, sites: ['Basel', 'Brno'] }],
    [{ 'cost-centre.code_1': '' }],
    [{ note: 'ü'.repeat(256), sites: Array(32).fill('x'.repeat(256)), none: [], debt: -1.5e-7 }],
    [{ constructor: 'x', toString: 1, hasOwnProperty: true, prototype: [] }],
    [many(32)],
  ])('may be %j', (attributes) => {
    expect(objectionToAttributes(attributes)).toBeUndefined();
  });

  it.each<[string, unknown, RegExp]>([
    ['null', null, /object/],
    ['a list', [], /object/],
    ['text', 'department', /object/],
    ['33 members', many(33), /at most 32/],
    ['an empty name', { '': 'x' }, /names/],
    ['a name of 65 characters', { ['a'.repeat(65)]: 'x' }, /names/],
    ['a name with a space', { 'cost centre': 'x' }, /names/],
    ['a name with a letter beyond ASCII', { größe: 1 }, /names/],
    ['the name of the prototype', JSON.parse('{"__proto__":"x"}'), /names/],
    ['a null value', { department: null }, /^must give department /],
    ['an object for a value', { department: { name: 'x' } }, /^must give department /],
    ['a list in a list', { sites: [['x']] }, /^must give sites /],
    ['a number in a list', { sites: ['x', 1] }, /^must give sites /],
    ['a list of 33', { sites: Array(33).fill('x') }, /^must give sites /],
    ['text of 257 characters', { note: 'x'.repeat(257) }, /^must give note /],
    ['such text in a list', { sites: ['x'.repeat(257)] }, /^must give sites /],
    ['a control character', { note: 'a\u0000b' }, /^must give note /],
    ['half a surrogate pair', { note: '\ud800' }, /^must give note /],
    ['an infinite number', JSON.parse('{"level":1e400}'), /^must give level /],
  ])('may not be or have %s', (_, attributes, objection) => {
    expect(objectionToAttributes(attributes)).toMatch(objection);
  });

  it('have names that a client may be configured with one by one', () => {
    expect(['department', 'a.b', '-', 'toString'].every(isAttributeName)).toBe(true);
    expect(['', 'a b', '__proto__', 'a'.repeat(65)].some(isAttributeName)).toBe(false);
  });
});
