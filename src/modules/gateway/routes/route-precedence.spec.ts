import { describe, expect, it } from 'vitest';
import { aTableOf, foundIn } from '../../../../test/support/routes.js';
import { bySpecificity, parsePathPattern } from './path-pattern.js';
import { RouteTable } from './route-table.js';

describe('the most specific pattern', () => {
  const paths = [
    '/**',
    '/api/**',
    '/api/orders',
    '/api/orders/*',
    '/api/orders/**',
    '/api/*/items',
    '/api/orders/new',
    '/*/status',
  ];
  const cases: [string, string][] = [
    ['/', '/**'],
    ['/x', '/**'],
    ['/x/status', '/*/status'],
    ['/x/status/y', '/**'],
    ['/api', '/api/**'],
    ['/api/', '/api/**'],
    ['/api/status', '/api/**'],
    ['/api/orders', '/api/orders'],
    ['/api/orders/', '/api/orders'],
    ['/api/orders/7', '/api/orders/*'],
    ['/api/orders/7/', '/api/orders/*'],
    ['/api/orders/new', '/api/orders/new'],
    ['/api/orders/new/x', '/api/orders/**'],
    ['/api/orders/items', '/api/orders/*'],
    ['/api/users/items', '/api/*/items'],
    ['/api/users/items/3', '/api/**'],
    ['/apix', '/**'],
    ['/api.x/orders', '/**'],
  ];

  it.each(cases)('of %s is %s, in whatever order the routes were written', (path, pattern) => {
    expect(foundIn(aTableOf(...paths), path)).toBe(pattern);
    expect(foundIn(aTableOf(...paths.toReversed()), path)).toBe(pattern);
  });

  it('is chosen segment by segment: an early literal counts for more than two late ones', () => {
    expect(foundIn(aTableOf('/*/b/c', '/a/**'), '/a/b/c')).toBe('/a/**');
    expect(foundIn(aTableOf('/a/*/c', '/a/b/*'), '/a/b/c')).toBe('/a/b/*');
  });

  it('is found where a more literal beginning leads nowhere', () => {
    expect(foundIn(aTableOf('/a/b/d', '/a/*/c'), '/a/b/c')).toBe('/a/*/c');
    expect(foundIn(aTableOf('/a/b/c/d', '/a/*/*/e', '/*/b/**'), '/a/b/c/f')).toBe('/*/b/**');
  });

  it('takes a segment for * only where there is one', () => {
    expect(foundIn(aTableOf('/a/*'), '/a/')).toBe(404);
    expect(foundIn(aTableOf('/a/*'), '/a')).toBe(404);
    expect(foundIn(aTableOf('/a/*'), '/a/b/c')).toBe(404);
  });

  it('is nothing where no pattern matches', () => {
    const table = aTableOf('/api/orders');
    for (const path of ['/', '/api', '/api/orders/7', '/orders']) expect(foundIn(table, path)).toBe(404);
    expect(foundIn(new RouteTable([]), '/')).toBe(404);
  });

  it('is the first that matches in the order in which the table lists them', () => {
    const pieces = ['a', 'b', '*'];
    const patterns = pieces.flatMap((x) => [
      `/${x}`,
      `/${x}/**`,
      ...pieces.flatMap((y) => [`/${x}/${y}`, `/${x}/${y}/**`]),
    ]);
    for (let round = 0; round < 200; round++) {
      const some = patterns.filter((_, at) => (round * 7919 + at * 104_729) % 11 < 4);
      const table = aTableOf(...some);
      expect(table.routes.map(({ path }) => path)).toEqual(
        some
          .map(parsePathPattern)
          .toSorted(bySpecificity)
          .map(({ text }) => text),
      );
      for (const path of [
        '/a',
        '/b',
        '/a/a',
        '/a/b',
        '/b/a',
        '/b/b',
        '/a/b/c',
        '/b/c',
        '/c/a',
        '/c',
        '/c/c/c',
      ]) {
        const first = table.routes.find((route) => matcherOf(route.path).test(path));
        expect(foundIn(table, path)).toBe(first?.id ?? 404);
      }
    }
  });

  it('does not take long to find, however the table is made', () => {
    const deep = Array.from({ length: 12 }, (_, at) => `/${'a/'.repeat(at)}*${'/a'.repeat(12 - at)}/end`);
    const table = aTableOf(...deep, ...Array.from({ length: 2_000 }, (_, at) => `/api/v${at}/*/x`));
    const began = performance.now();
    for (let i = 0; i < 2_000; i++) foundIn(table, `/${'a/'.repeat(12)}other`);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

/** The pattern as a regular expression, to hold the tree against. */
function matcherOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll(/\/\*\*$/g, '(/.+)?').replaceAll(/\/\*(?=\/|$|\()/g, '/[^/]+')}$`);
}
