import { describe, expect, it } from 'vitest';
import { aRoute } from '../../../../test/support/routes.js';
import { MethodNotAllowed } from '../../../protocol/method-not-allowed.js';
import { ProblemError } from '../../../protocol/problem.js';
import { bySpecificity, parsePathPattern } from './path-pattern.js';
import { RouteTable } from './route-table.js';

const tableOf = (...paths: string[]) => new RouteTable(paths.map((path) => aRoute(path)));

/** The id of the route that a request takes, or the status that it is refused with. */
function found(table: RouteTable, path: string, method = 'GET'): string | number {
  try {
    return table.find(method, path).id;
  } catch (error) {
    if (error instanceof ProblemError) return error.status;
    throw error;
  }
}

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
    expect(found(tableOf(...paths), path)).toBe(pattern);
    expect(found(tableOf(...paths.toReversed()), path)).toBe(pattern);
  });

  it('is chosen segment by segment: an early literal counts for more than two late ones', () => {
    expect(found(tableOf('/*/b/c', '/a/**'), '/a/b/c')).toBe('/a/**');
    expect(found(tableOf('/a/*/c', '/a/b/*'), '/a/b/c')).toBe('/a/b/*');
  });

  it('is found where a more literal beginning leads nowhere', () => {
    expect(found(tableOf('/a/b/d', '/a/*/c'), '/a/b/c')).toBe('/a/*/c');
    expect(found(tableOf('/a/b/c/d', '/a/*/*/e', '/*/b/**'), '/a/b/c/f')).toBe('/*/b/**');
  });

  it('takes a segment for * only where there is one', () => {
    expect(found(tableOf('/a/*'), '/a/')).toBe(404);
    expect(found(tableOf('/a/*'), '/a')).toBe(404);
    expect(found(tableOf('/a/*'), '/a/b/c')).toBe(404);
  });

  it('is nothing where no pattern matches', () => {
    const table = tableOf('/api/orders');
    for (const path of ['/', '/api', '/api/orders/7', '/orders']) expect(found(table, path)).toBe(404);
    expect(found(new RouteTable([]), '/')).toBe(404);
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
      const table = tableOf(...some);
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
        expect(found(table, path)).toBe(first?.id ?? 404);
      }
    }
  });

  it('does not take long to find, however the table is made', () => {
    const deep = Array.from({ length: 12 }, (_, at) => `/${'a/'.repeat(at)}*${'/a'.repeat(12 - at)}/end`);
    const table = tableOf(...deep, ...Array.from({ length: 2_000 }, (_, at) => `/api/v${at}/*/x`));
    const began = performance.now();
    for (let i = 0; i < 2_000; i++) found(table, `/${'a/'.repeat(12)}other`);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

/** The pattern as a regular expression, to hold the tree against. */
function matcherOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll(/\/\*\*$/g, '(/.+)?').replaceAll(/\/\*(?=\/|$|\()/g, '/[^/]+')}$`);
}

describe('a path that only resembles a literal', () => {
  const table = tableOf('/**', '/admin/**', '/admin/users/*', '/Reports', '/caf%C3%A9', '/x/a!b', '/x/%2A');

  it.each([
    '/ADMIN',
    '/Admin/x',
    '/aDmin/users/7',
    '/admin/Users/7',
    '/reports',
    '/REPORTS/',
    '/CAF%C3%89',
    '/caf%C3%89',
    '/cafe%CC%81',
    '/%EF%BD%81dmin',
    '/adm%C4%B1n',
    '/ADM%C4%B0N',
    '/admin/u%C5%BFers/7',
    '/ad%C2%ADmin',
    '/x/a%21b',
    '/x/*',
  ])('has no route, not even that of everything: %s', (path) => {
    expect(found(table, path)).toBe(404);
  });

  it.each([
    ['/admin', '/admin/**'],
    ['/admin/users/ADMIN', '/admin/users/*'],
    ['/admin/anything/Users', '/admin/**'],
    ['/Reports', '/Reports'],
    ['/caf%C3%A9', '/caf%C3%A9'],
    ['/x/a!b', '/x/a!b'],
    ['/x/%2A', '/x/%2A'],
    ['/other/ADMIN', '/**'],
  ])('is told from one that is spelt so: %s', (path, pattern) => {
    expect(found(table, path)).toBe(pattern);
  });

  it('hides a wider pattern that spells it, too', () => {
    expect(found(tableOf('/api/Orders', '/api/*'), '/api/orders')).toBe(404);
    expect(found(tableOf('/api/Orders', '/api/*'), '/api/others')).toBe('/api/*');
  });
});

describe('a method', () => {
  const table = new RouteTable([
    aRoute('/orders', { id: 'read', methods: ['GET'] }),
    aRoute('/orders', { id: 'write', methods: ['PUT', 'POST'] }),
    aRoute('/heads', { id: 'get', methods: ['GET'] }),
    aRoute('/heads', { id: 'head', methods: ['HEAD'] }),
    aRoute('/dav', { id: 'plain' }),
    aRoute('/dav', { id: 'dav', methods: ['PROPFIND', 'COPY'] }),
    aRoute('/**', { id: 'all' }),
  ]);

  it('is served by the route that has it', () => {
    expect(found(table, '/orders', 'GET')).toBe('read');
    expect(found(table, '/orders', 'POST')).toBe('write');
    expect(found(table, '/dav', 'PROPFIND')).toBe('dav');
  });

  it('HEAD is served where GET is, unless a route names it (RFC 9110 §9.3.2)', () => {
    expect(found(table, '/orders', 'HEAD')).toBe('read');
    expect(found(table, '/heads', 'HEAD')).toBe('head');
    expect(found(table, '/heads', 'GET')).toBe('get');
  });

  it('that the path does not serve is refused, and no wider pattern is asked', () => {
    const refusal = catching(() => table.find('DELETE', '/orders'));
    expect(refusal).toBeInstanceOf(MethodNotAllowed);
    expect(refusal).toMatchObject({ status: 405, allow: 'GET, HEAD, POST, PUT' });
  });

  it.each(['COPY', 'MOVE', 'PROPFIND', 'PURGE', 'LINK', 'SEARCH', 'M-SEARCH', 'QUERY'])(
    '%s is served by no route that does not name it',
    (method) => {
      const refusal = catching(() => table.find(method, '/x'));
      expect(refusal).toMatchObject({ status: 405, allow: 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT' });
    },
  );

  it.each(['TRACE', 'CONNECT'])('%s is never served', (method) => {
    const refusal = catching(() => table.find(method, '/x'));
    expect(refusal).toMatchObject({ status: 405, allow: 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT' });
  });

  it('in another case is another method', () => {
    expect(found(table, '/orders', 'get')).toBe(405);
  });
});

function catching(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('the scopes of a method', () => {
  const table = new RouteTable([]);
  const route = aRoute('/a', { scopes: { GET: ['read'], POST: ['write', 'more'], '*': ['other'] } });

  it.each([
    ['GET', ['read']],
    ['HEAD', ['read']],
    ['POST', ['write', 'more']],
    ['DELETE', ['other']],
    ['OPTIONS', ['other']],
    ['toString', ['other']],
  ])('%s', (method, scopes) => {
    expect(table.scopesFor(route, method)).toEqual(scopes);
  });

  it('are those of HEAD where HEAD is named', () => {
    expect(table.scopesFor(aRoute('/a', { scopes: { GET: ['read'], HEAD: [] } }), 'HEAD')).toEqual([]);
  });

  it('are none where nothing is said', () => {
    expect(table.scopesFor(aRoute('/a'), 'GET')).toEqual([]);
    expect(table.scopesFor(aRoute('/a', { scopes: { GET: ['read'] } }), 'POST')).toEqual([]);
  });
});

describe('the path that the upstream receives', () => {
  it.each([
    ['', '', '/api/orders', '/api/orders'],
    ['', '', '/', '/'],
    ['/api', '', '/api/orders/', '/orders/'],
    ['/api', '', '/api', '/'],
    ['/api', '', '/api/', '/'],
    ['/api', '/v2', '/api', '/v2'],
    ['/api', '/v2', '/api/', '/v2/'],
    ['/api', '/v2/x', '/api/a%2Ab', '/v2/x/a%2Ab'],
    ['', '/v2', '/api/orders', '/v2/api/orders'],
    ['', '/v2', '/', '/v2/'],
  ])('strip %j, add %j: %s becomes %s', (stripPrefix, addPrefix, path, upstream) => {
    const route = aRoute('/**', { stripPrefix, addPrefix });
    expect(new RouteTable([route]).upstreamPath(route, path)).toBe(upstream);
  });
});

describe('an explanation', () => {
  const orders = aRoute('/api/orders/**', {
    scopes: { GET: ['orders:read'], '*': ['orders:write'] },
    methods: ['GET', 'POST'],
    stripPrefix: '/api',
  });
  const table = new RouteTable([orders, aRoute('/**')], [{ path: '/admin/clients/:id' }]);

  it('says where a request goes, in its canonical path', () => {
    expect(table.explain('POST', '/api/%6frders/7?x=%2e')).toEqual({
      method: 'POST',
      path: '/api/orders/7',
      forwarded: { route: orders, scopes: ['orders:write'], path: '/orders/7' },
      refused: undefined,
    });
  });

  it.each([
    ['GET', '/api/../x', undefined, 400, undefined],
    ['GET', '/API/orders', '/API/orders', 404, undefined],
    ['DELETE', '/api/orders', '/api/orders', 405, 'GET, HEAD, POST'],
    ['GET', '/admin/clients/7', '/admin/clients/7', undefined, undefined],
  ])('says why it goes nowhere: %s %s', (method, target, path, status, allow) => {
    expect(table.explain(method, target)).toEqual({
      method,
      path,
      forwarded: undefined,
      refused: { status, detail: expect.stringMatching(/^T.+\.$/), allow },
    });
  });
});

describe('a table', () => {
  it.each([
    ['two routes with one id', [aRoute('/a', { id: 'x' }), aRoute('/b', { id: 'x' })]],
    ['two routes for everything at a path', [aRoute('/a', { id: 'x' }), aRoute('/a', { id: 'y' })]],
    [
      'a method that two routes serve',
      [aRoute('/a', { id: 'x', methods: ['GET', 'PUT'] }), aRoute('/a', { id: 'y', methods: ['PUT'] })],
    ],
    [
      'a method beside all methods',
      [aRoute('/a/*', { id: 'x' }), aRoute('/a/*', { id: 'y', methods: ['PUT'] })],
    ],
    ['paths that differ in case', [aRoute('/a/**'), aRoute('/A/**')]],
    ['paths that differ in encoding', [aRoute('/a!'), aRoute('/a%21')]],
  ])('is not made of %s', (_, routes) => {
    expect(() => new RouteTable(routes)).toThrow(/of route \S+ (is|differs)/);
  });

  it('may have * and an encoded star side by side', () => {
    const table = tableOf('/a/*', '/a/%2A');
    expect([found(table, '/a/%2A'), found(table, '/a/x')]).toEqual(['/a/%2A', '/a/*']);
  });

  it('does not change', () => {
    const routes = [aRoute('/a')];
    const table = new RouteTable(routes);
    routes.push(aRoute('/b'));
    expect(found(table, '/b')).toBe(404);
    expect(() => (table.routes as unknown[]).push(aRoute('/b'))).toThrow(TypeError);
  });
});
