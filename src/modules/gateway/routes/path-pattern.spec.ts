import { describe, expect, it } from 'vitest';
import { InvalidPathPattern, bySpecificity, literalPrefixOf, parsePathPattern } from './path-pattern.js';

describe('a path pattern', () => {
  it.each([
    ['/', [], false],
    ['/**', [], true],
    ['/api/orders', ['api', 'orders'], false],
    ['/api/orders/*', ['api', 'orders', '*'], false],
    ['/api/orders/**', ['api', 'orders'], true],
    ['/*/orders/*/**', ['*', 'orders', '*'], true],
    ['/caf%C3%A9/%2A', ['caf%C3%A9', '%2A'], false],
  ])('is taken apart: %s', (text, segments, below) => {
    expect(parsePathPattern(text)).toEqual({ text, segments, below });
  });

  it.each([
    ['', /a path/],
    ['api', /a path/],
    ['http://upstream/api', /a path/],
    ['/a//b', /a path/],
    ['/a/../b', /a path/],
    ['/a b', /a path/],
    ['/{id}', /a path/],
    ['/a;b', /a path/],
    ['/%zz', /a path/],
    ['/%61', /canonical/],
    ['/caf%c3%a9', /canonical/],
    ['/a?b=c', /canonical/],
    ['/a/', /slash/],
    ['/a/**/', /slash/],
    ['/**/a', /whole segment/],
    ['/a*', /whole segment/],
    ['/*.js', /whole segment/],
    ['/a/***', /whole segment/],
    ['/a**', /whole segment/],
    ['/orders/:id', /\* where/],
  ])('is refused: %j', (text, reason) => {
    expect(() => parsePathPattern(text)).toThrow(InvalidPathPattern);
    expect(() => parsePathPattern(text)).toThrow(reason);
  });

  it.each([
    ['/a/b/*/c', '/a/b'],
    ['/a/b/**', '/a/b'],
    ['/a/b', '/a/b'],
    ['/*/a', ''],
    ['/**', ''],
  ])('begins with literals: %s with %j', (text, prefix) => {
    expect(literalPrefixOf(parsePathPattern(text))).toBe(prefix);
  });

  it('is ordered by how much it says', () => {
    const order = [
      '/a/b/c',
      '/a/b/*',
      '/a/b',
      '/a/b/**',
      '/a/c',
      '/a/*/c',
      '/a/*/**',
      '/a',
      '/a/**',
      '/*',
      '/',
      '/**',
    ];
    const shuffled = [...order.slice(7), ...order.slice(0, 7)].toReversed();
    expect(
      shuffled
        .map(parsePathPattern)
        .toSorted(bySpecificity)
        .map(({ text }) => text),
    ).toEqual(order);
  });
});
