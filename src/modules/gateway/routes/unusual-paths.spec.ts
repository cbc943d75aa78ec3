import { describe, expect, it } from 'vitest';
import { aRoute } from '../../../../test/support/routes.js';
import { ProblemError } from '../../../protocol/problem.js';
import { UNUSUAL_FORMS, type UnusualForm } from '../paths/unusual-forms.js';
import { RouteTable } from './route-table.js';

/** The path that the upstream receives with the route it is of; the status of a refusal. */
function sent(table: RouteTable, path: string, method = 'GET'): string | number {
  const { forwarded, refused } = table.explain(method, path);
  return forwarded === undefined ? refused!.status! : `${forwarded.route.id} ${forwarded.path}`;
}

describe('a path with an unusual form', () => {
  it.each<[UnusualForm, string, string]>([
    ['encoded_slash', '/x/group%2fproject', '/x/group%2Fproject'],
    ['encoded_slash', '/x/@scope%2Fname/-/a.tgz', '/x/@scope%2Fname/-/a.tgz'],
    ['semicolon', '/x/service;v=2', '/x/service;v=2'],
    ['semicolon', '/x/service%3bv=2/', '/x/service%3Bv=2/'],
    ['double_colon', '/x/2001:db8::1', '/x/2001:db8::1'],
    ['double_colon', '/x/::1/64', '/x/::1/64'],
    ['double_colon', '/x/arn:aws:s3:::bucket', '/x/arn:aws:s3:::bucket'],
    ['trailing_dot', '/x/Acme%20Inc.', '/x/Acme%20Inc.'],
    ['trailing_dot', '/x/Acme%20/y', '/x/Acme%20/y'],
    ['encoded_delimiter', '/x/%23lobby:example.org', '/x/%23lobby:example.org'],
  ])('passes where the route permits %s, and is sent as it was decided about: %s', (form, path, expected) => {
    expect(sent(new RouteTable([aRoute('/x/**', { paths: [form] })]), path)).toBe(`/x/** ${expected}`);
    const others = UNUSUAL_FORMS.filter((other) => other !== form);
    expect(sent(new RouteTable([aRoute('/x/**', { paths: others })]), path)).toBe(400);
    expect(sent(new RouteTable([aRoute('/**')]), path)).toBe(400);
  });

  it.each([
    '/x/..%2Fy',
    '/x/%2E%2E%2Fy',
    '/x/a%2F..%2Fy',
    '/x/a%2F%2Fb',
    '/x/%2Fa',
    '/x/a%2F',
    '/x/..;/y',
    '/x/..;a=b/y',
    '/x/%2e%2e%3b/y',
    '/x/.;/y',
    '/x/;a/y',
    '/x/..%20/y',
    '/x/..%20;a/y',
    '/x/.../y',
    '/x/%20/y',
    '/x/..::$DATA/y',
    '/x/..%23/y',
    '/x/..%3F',
    '/x/. .;/y',
    '/x//y',
    '/x/./y',
    '/x/../y',
    '/x/a%5Cb',
    '/x/a\\b',
    '/x/a%00b',
    '/x/a%0ab',
    '/x/%C0%AE',
    '/x/%C0%AF',
    '/x/a%252Fb',
    '/x/a%EF%BC%8Fb',
    '/x/a%EF%BC%9Bb',
    '/x/a%EF%BC%9A%EF%BC%9A$DATA',
    '/x/%EF%BC%9Fa',
    '/x%2Fa',
    '/x;v/a',
    '/x./a',
    '/x::$DATA/a',
    '/X/a;b',
  ])('is refused whatever the route permits: %s', (path) => {
    expect(sent(new RouteTable([aRoute('/x/**', { paths: UNUSUAL_FORMS })]), path)).toBe(400);
  });

  it('is refused where another route would be found by another reading', () => {
    // The file of routes has no such table: this is the second line.
    const table = new RouteTable([
      aRoute('/x/**', { paths: UNUSUAL_FORMS }),
      aRoute('/x/admin/**'),
      aRoute('/x/y'),
    ]);
    for (const path of [
      ...[
        '/x/admin%2Fusers',
        '/x/ADMIN%2Fusers',
        '/x/admin;a',
        '/x/admin./z',
        '/x/admin%20',
        '/x/admin::$DATA',
      ],
      ...[
        '/x/admin%23',
        '/x/admin%3F/z',
        '/x/y;v',
        '/x/y.',
        '/x/admin;a%2Fz',
        '/x/admin.;a',
        '/x/adm%C4%B1n;a',
      ],
    ])
      expect(sent(table, path), path).toBe(400);
    expect(sent(table, '/x/other%2Fadmin')).toBe('/x/** /x/other%2Fadmin');
  });

  it('is permitted for the methods of the route alone', () => {
    const table = new RouteTable([
      aRoute('/x/**', { id: 'read', methods: ['GET'], paths: ['semicolon'] }),
      aRoute('/x/**', { id: 'write', methods: ['POST'] }),
    ]);
    expect(sent(table, '/x/a;b')).toBe('read /x/a;b');
    expect(sent(table, '/x/a;b', 'POST')).toBe(400);
    expect(sent(table, '/x/a;b', 'PUT')).toBe(405);
  });
});

/** What servers do with a path, each of them harmless alone. */
const SERVERS: ((path: string) => string)[] = [
  (path) => path,
  (path) => decodeURIComponent(path),
  (path) => path.replaceAll(/;[^/]*/g, ''),
  (path) => decodeURIComponent(path.replaceAll(/;[^/]*/g, '')),
  (path) => decodeURIComponent(path).replaceAll(/;[^/]*/g, ''),
  (path) => decodeURIComponent(path).split(/[;?#]/)[0]!,
  (path) => decodeURIComponent(path).replaceAll(/[. ]+(?=\/|$)/g, ''),
  (path) => decodeURIComponent(path).replaceAll(/:[:$][^/]*/g, ''),
  (path) =>
    decodeURIComponent(path)
      .replaceAll(/;[^/]*/g, '')
      .replaceAll(/:[:$][^/]*/g, '')
      .replaceAll(/[. ]+(?=\/|$)/g, ''),
];

describe('no path that a route permits', () => {
  it('is one of another route to any server', () => {
    const table = new RouteTable([
      aRoute('/x/**', { paths: UNUSUAL_FORMS }),
      aRoute('/**'),
      aRoute('/*/z'),
      aRoute('/xx/**'),
    ]);
    const pieces = ['/', 'z', '.', '%2F', ';', '%3B', '::', ':$', '%20', '%23', '%E2%80%8B'];
    let passed = 0;
    for (const a of pieces)
      for (const b of pieces)
        for (const c of pieces)
          for (const d of pieces) {
            const raw = `/x/${a}${b}${c}${d}`;
            if (!String(sent(table, raw)).startsWith('/x/** ')) continue;
            passed += 1;
            for (const [nth, read] of SERVERS.entries()) {
              const seen = new URL(`http://u${read(raw).replaceAll('#', '%23').replaceAll('?', '%3F')}`)
                .pathname;
              if (!/^\/x(\/|$)/.test(seen)) expect.fail(`${raw} is ${seen} to server ${nth}`);
            }
          }
    expect(passed).toBeGreaterThan(2_000);
  });

  it('takes long to be compared', () => {
    const table = new RouteTable([aRoute('/x/**', { paths: UNUSUAL_FORMS })]);
    const began = performance.now();
    for (const piece of ['%2Fa', ';a', 'a.', '::', '.', '%20', '%23', 'a%2Fb;c.::d%23e', ';::.%23%2F/']) {
      const path = `/x/a${piece.repeat(8_000 / piece.length)}`;
      try {
        table.explain('GET', path);
      } catch (error) {
        expect(error).toBeInstanceOf(ProblemError);
      }
    }
    expect(performance.now() - began).toBeLessThan(500);
  });
});
