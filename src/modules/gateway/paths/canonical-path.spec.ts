import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../../protocol/problem.js';
import { canonicalTarget } from './canonical-path.js';

/** The refusal of a target; anything else that happens fails the test. */
function refusalOf(rawTarget: string): ProblemError {
  try {
    const target = canonicalTarget(rawTarget);
    throw new Error(`${rawTarget} was read as ${JSON.stringify(target)}`);
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
}

describe('a canonical target', () => {
  it.each([
    '/',
    '/api/orders',
    '/api/orders/',
    "/a-._~!$&'()*+,=:@0",
    '/.well-known/x',
    '/...a/..a/a..b/.json',
    '/a.json',
    '/urn:isbn:1:/a:b$c',
    '/a/b:cancel',
    '/a.b/..c',
    '/*',
    '/a%20b',
    '/100%25',
    '/%25zz',
    '/caf%C3%A9',
    '/%E6%9D%B1%E4%BA%AC',
    '/%F0%9F%91%A9%E2%80%8D%F0%9F%94%A7',
  ])('is %s as it came', (path) => {
    expect(canonicalTarget(path)).toEqual({ path, query: '', unusual: [] });
  });

  it.each([
    ['/%61dmin', '/admin'],
    ['/%41%7E%2d%2E%5fx', '/A~-._x'],
    ['/caf%c3%a9', '/caf%C3%A9'],
    ['/a%3ab%40', '/a%3Ab%40'],
    ['/x%2a', '/x%2A'],
    ['/a%2E%2Eb', '/a..b'],
  ])('is for %s the path %s (RFC 3986 §6.2.2)', (raw, path) => {
    expect(canonicalTarget(raw).path).toBe(path);
    expect(canonicalTarget(path).path).toBe(path);
  });

  it.each(['?', '?a=b&c=%2e%2e', '?filter[name]=x', '?a=/../;b', '?next=//evil?x', '?q="<>^`{|}\\%zz'])(
    'has the query %s as it came',
    (query) => {
      expect(canonicalTarget(`/a${query}`)).toEqual({ path: '/a', query, unusual: [] });
      expect(canonicalTarget(`/%61${query}`)).toEqual({ path: '/a', query, unusual: [] });
    },
  );
});

describe('a target that two servers may read in two ways', () => {
  it.each<[string, string[]]>([
    ['other forms', ['', '*', 'api', '?a', 'http://host/api', 'https://host', 'host:443', '%2Fapi']],
    [
      'dot segments',
      ['/.', '/..', '/./a', '/../a', '/a/.', '/a/..', '/a/./b', '/api/public/../admin', '/a/../'],
    ],
    [
      'encoded dot segments',
      ['/%2e', '/%2e%2e', '/%2E%2e/a', '/.%2e/a', '/%2e./a', '/a/%2e', '/a/.%2E', '/a/%2e%2e/b'],
    ],
    [
      'dot segments in compatibility forms',
      ['/%E2%80%A4%E2%80%A4/a', '/%EF%BC%8E./a', '/a/%E2%80%A5', '/.%E2%80%8B./a'],
    ],
    ['encoded slashes', ['/..%2f', '/a%2fb', '/a%2Fb', '/%2f', '/a/%2F', '/..%2fadmin']],
    ['slashes in compatibility forms', ['/a%EF%BC%8Fb', '/a%E2%84%80b']],
    ['backslashes', ['/..\\', '/a\\b', '\\', '/\\evil.example', '/a%5cb', '/a%5C..%5Cb', '/a%EF%BC%BCb']],
    ['empty segments', ['//', '//admin', '/api//admin', '/a//', '///a', '//evil.example/a']],
    ['segments that are not seen', ['/%E2%80%8B/a', '/a/%E2%80%8B', '/a/%C2%AD/b']],
    ['parameters', ['/admin;a=b', '/;', '/a;/b', '/..;/admin', '/.;/a', '/a/..;x=y/b']],
    ['encoded parameters', ['/admin%3Ba', '/..%3b/admin', '/%2e%2e%3b/a', '/a%CD%BEb']],
    [
      'segments that end in a dot or a space',
      [
        '/admin.',
        '/admin./a',
        '/...',
        '/a../b',
        '/admin%20',
        '/a%20/b',
        '/%20',
        '/a.%20',
        '/a%2E',
        '/a%C2%A0',
        '/a%E3%80%80',
      ],
    ],
    ['encoded delimiters', ['/admin%3F', '/a%3fb/c', '/admin%23', '/a%EF%BC%9Fb', '/a%EF%BC%83']],
    [
      'streams',
      [
        '/a.php::$DATA',
        '/a::',
        '/a%3A:$data',
        '/a%3a%3A%24DATA',
        '/a:$I30:$INDEX_ALLOCATION/b',
        '/a:x:$DATA',
        '/a%EF%BC%9A:',
      ],
    ],
    ['control characters', ['/admin%00', '/a%0d%0aX:y', '/a%09', '/%1f', '/a%7F', '/a%C2%85b']],
    [
      'what is not printable ASCII',
      ['/a b', '/a\tb', '/a\0', '/a\r\n', '/é', '/a\u007f', '/\u{1F600}', '/a\u2028'],
    ],
    ['what is none of a path', ['/a#b', '/a#', '/<', '/>', '/"', '/a[0]', '/{id}', '/a|b', '/^', '/`']],
    ['incomplete escapes', ['/%', '/a%', '/a%2', '/%zz', '/%2', '/%u002e', '/a%g0', '/%2%35']],
    [
      'escapes that are not UTF-8',
      ['/%c0%ae', '/%c0%af', '/%ff', '/%80', '/%e2%80', '/%ed%a0%80', '/%f8%88%80%80%80'],
    ],
    [
      'escaped escapes',
      ['/%252e%252e%252f', '/%25252e', '/%252f', '/%2541', '/%25%34%31', '/%25%32%65', '/%EF%BC%852e'],
    ],
    ['hostile queries', ['/a?b c', '/a?b\0', '/a?b\r\nX: y', '/a?é', '/a?b#c', '/a?\u007f', '/%61?#']],
  ])('is refused with 400: %s', (_, targets) => {
    for (const target of targets)
      expect({ target, ...refusalOf(target) }).toMatchObject({ target, status: 400 });
  });

  it('is told of by a sentence that quotes nothing of it', () => {
    for (const target of [
      '/c4n4ry/../x',
      '/c4n4ry;c4n4ry',
      '/c4n4ry%zz',
      '/a?c4n4ry c4n4ry',
      'c4n4ry',
      '/c4n4ry%252e',
    ]) {
      const { detail, errors } = refusalOf(target);
      expect(detail).toMatch(/^The [A-Za-z0-9 ,-]+\.$/);
      expect(errors).toBeUndefined();
      expect(detail).not.toContain('c4n4ry');
    }
  });

  it('is told of by its own reason', () => {
    const details = [
      'x',
      '/a b',
      '/a?b c',
      '//',
      '/%',
      '/%252e',
      '/..',
      '/;',
      '/%2f',
      '/%00',
      '/a.',
      '/a::',
      '/%3F',
    ].map((target) => refusalOf(target).detail);
    expect(new Set(details).size).toBe(details.length);
    // Not that it must be encoded, which would not help.
    expect(refusalOf('/a\\b').detail).toBe(refusalOf('/a%5Cb').detail);
  });
});

describe('reading a target', () => {
  it('is done in linear time, however it is made', () => {
    const began = performance.now();
    for (const piece of [
      '/a',
      'a',
      '/.a',
      '%41',
      '%2',
      '/..',
      '%C3%A9',
      '//',
      '/a;',
      '.',
      'a.',
      ':',
      '%20',
    ]) {
      const target = `/${piece.repeat(100_000)}`;
      try {
        canonicalTarget(target);
      } catch (error) {
        expect(error).toBeInstanceOf(ProblemError);
      }
    }
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('never makes anything of a target that would be read otherwise the second time', () => {
    const pieces = [
      '/',
      '.',
      '%2e',
      '%2F',
      '%25',
      '2e',
      '41',
      '%61',
      ';',
      '%3B',
      '\\',
      '%c3%a9',
      '%C2%AD',
      'a',
      'Z',
      '%20',
    ];
    let accepted = 0;
    for (let a = 0; a < pieces.length; a++)
      for (let b = 0; b < pieces.length; b++)
        for (let c = 0; c < pieces.length; c++)
          for (let d = 0; d < pieces.length; d++) {
            const raw = `/${pieces[a]}${pieces[b]}${pieces[c]}${pieces[d]}`;
            const path = pathOf(raw);
            if (path === undefined) continue;
            accepted++;
            const decoded = decodeURIComponent(path);
            if (pathOf(path) !== path || /[;\\]|\/\/|[. ](\/|$)|%[0-9a-f]{2}/i.test(decoded)) {
              expect.fail(`${raw} was read as ${path}`);
            }
            // What the WHATWG parser of an HTTP client makes of it is still the same path.
            if (new URL(path, 'http://upstream').pathname !== path)
              expect.fail(`${raw}: a client sends another path`);
          }
    expect(accepted).toBeGreaterThan(1_000);
  });
});

function pathOf(raw: string): string | undefined {
  try {
    return canonicalTarget(raw).path;
  } catch {
    return undefined;
  }
}
