import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, raw, statusOf } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { type RecordingUpstream, lastOf, startRecordingUpstream } from '../../support/upstream-recorder.js';

/** Ways up one segment, for one server or another. */
const UP = [
  ...[
    '../',
    '%2e%2e/',
    '%2E%2E/',
    '.%2e/',
    '%2e./',
    '..%2f',
    '..%2F',
    '%2e%2e%2f',
    '..\\',
    '..%5c',
    '..%5C',
    '%2e%2e%5c',
  ],
  ...[
    '..;/',
    '..;a=b/',
    '%2e%2e;/',
    '..%3b/',
    '%252e%252e/',
    '..%252f',
    '%252e%252e%252f',
    '..%255c',
    '%25%32%65%25%32%65/',
  ],
  ...[
    '..%00/',
    '.%00./',
    '%c0%ae%c0%ae/',
    '..%c0%af',
    '..%e0%80%af',
    '%e0%80%ae./',
    '..%ef%bc%8f',
    '%ef%bc%8e%ef%bc%8e/',
  ],
  ...['%e2%80%a5/', '.%e2%80%8b./', './../', '../..//../', '%u002e%u002e/', '..%u2215'],
];

/** Other ways to write `/admin/secret`. */
const SPELLINGS = [
  ...[
    '//admin/secret',
    '///admin/secret',
    '/./admin/secret',
    '/%2e/admin/secret',
    '/;/admin/secret',
    '/;a=b/admin/secret',
  ],
  ...[
    '/%61dmin/secret',
    '/%61%64%6d%69%6e/secret',
    '/%2561dmin/secret',
    '/%25%36%31dmin/secret',
    '/%41dmin/secret',
  ],
  ...[
    '/ADMIN/secret',
    '/Admin/secret',
    '/aDMIN/SECRET',
    '/admin//secret',
    '/admin\\secret',
    '/admin%5csecret',
    '/admin%2fsecret',
  ],
  ...[
    '/admin;a=b/secret',
    '/admin;/secret',
    '/admin%3b/secret',
    '/admin/./secret',
    '/admin/x/../secret',
    '/admin%00/secret',
  ],
  ...[
    '/\\admin/secret',
    '/%5cadmin/secret',
    '/%2fadmin/secret',
    '\\admin/secret',
    '/adm%C4%B1n/secret',
    '/adm%C4%B0n/secret',
  ],
  ...[
    '/%EF%BD%81dmin/secret',
    '/%E2%93%90dmin/secret',
    '/admin%E2%80%8B/secret',
    '/%E2%80%8Badmin/secret',
    '/admin%C2%AD/secret',
  ],
  ...['/admin%0d%0a/secret', '/admin%09/secret', '/admin%7f/secret'],
  ...['/admin./secret', '/admin.../secret', '/admin%2e/secret', '/admin%20/secret', '/admin.%20/secret'],
  ...['/admin/secret.', '/admin/secret%20', '/admin/secret%C2%A0', '/admin%E3%80%80/secret'],
  ...['/admin/secret::$DATA', '/admin/secret%3a%3a$data', '/admin:$I30:$INDEX_ALLOCATION/secret'],
  ...['/admin/secret%3f', '/admin/secret%3Fx', '/admin/secret%23', '/admin/secret%EF%BC%9F'],
];

const ATTACKS = [
  ...UP.flatMap((up) => [`/public/${up}admin/secret`, `/public/a/${up}${up}admin/secret`]),
  ...SPELLINGS,
  ...['http://api.example/admin/secret', 'http://api.example/public/../admin/secret', 'admin/secret', '*'],
  ...[
    '/public/a#/../../admin/secret',
    '/public/a?/../../admin\\secret#',
    '/public/\u00e4',
    '/public/a b',
    '/public/%',
    '/public/%zz',
  ],
];

/** Every character that a path of ours may not have as itself. */
const CHARACTERS = [...'"<>[]^`{|}', '\u0080', '\u00ff', '\t', '\u000b', '\u007f'];

describe('the paths of requests', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;
  let token: string;
  let adminToken: string;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    const to = upstream.origin;
    gateway = await startRoutedGateway([
      // As open as can be: whatever falls through arrives.
      { id: 'everything', path: '/**', public: true, upstream: to },
      { id: 'admin', path: '/admin/**', scopes: ['admin:all'], upstream: to },
      { id: 'secret', path: '/a/*/secret', scopes: ['admin:all'], upstream: to },
      {
        id: 'moved',
        path: '/v1/items/**',
        public: true,
        upstream: { targets: [to], strip_prefix: '/v1', add_prefix: '/internal' },
      },
    ]);
    token = await gateway.tokenFor('orders:read');
    adminToken = await gateway.tokenFor('admin:all');
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  beforeEach(() => upstream.forget());

  const get = (target: string, bearer = token) =>
    raw(
      gateway,
      `GET ${target} HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\nAuthorization: Bearer ${bearer}\r\n\r\n`,
    );

  it('lead where they say, when they say it plainly', async () => {
    expect(statusOf(await get('/admin/secret', adminToken))).toBe(200);
    expect(lastOf(upstream).line).toBe('GET /admin/secret');
    expect(statusOf(await get('/public/a?b=%2e%2e%2fadmin'))).toBe(200);
    expect(lastOf(upstream).line).toBe('GET /public/a?b=%2e%2e%2fadmin');
    upstream.forget();
    expect(statusOf(await get('/admin/secret'))).toBe(403);
    expect(upstream.wire).toBe('');
  });

  it.each(ATTACKS)('do not reach administration as %j, whoever asks', async (target) => {
    for (const bearer of [token, adminToken]) {
      const answer = await get(target, bearer);
      if (statusOf(answer) === 200) {
        // The policy of this very path applied, and the upstream has no other reading of it.
        expect(bearer).toBe(adminToken);
        expect(lastOf(upstream).line).toBe('GET /admin/secret');
      } else {
        expect([400, 403, 404]).toContain(statusOf(answer));
        expect(answerOf(answer).headers.get('Content-Type')).toMatch(/^application\/(problem\+)?json/);
        expect(upstream.wire).toBe('');
      }
      upstream.forget();
    }
  });

  it.each(CHARACTERS)('have %j only encoded', async (character) => {
    expect(statusOf(await get(`/public/a${character}b`))).toBe(400);
    expect(upstream.wire).toBe('');
  });

  it.each([
    ['/public/%7Euser', '/public/~user'],
    ['/public/%61%62', '/public/ab'],
    ['/public/caf%c3%a9', '/public/caf%C3%A9'],
    ['/public/a%20b', '/public/a%20b'],
    ["/public/a,b:c@d!$&'()*+=", "/public/a,b:c@d!$&'()*+="],
    ['/public/a.b/..c/...d/.json', '/public/a.b/..c/...d/.json'],
    ['/public/7:cancel/a:b$c', '/public/7:cancel/a:b$c'],
    ['/public/a/', '/public/a/'],
    ['/public/a?', '/public/a?'],
    ['/public/a?x=//..%2f;#'.slice(0, -1), '/public/a?x=//..%2f;'],
    ['/', '/'],
  ])('arrive in the one form that was decided about: %s as %s', async (target, arrived) => {
    expect(statusOf(await get(target))).toBe(200);
    expect(lastOf(upstream).line).toBe(`GET ${arrived}`);
    expect(upstream.wire.startsWith(`GET ${arrived} HTTP/1.1\r\n`)).toBe(true);
  });

  it.each([
    ['/admin/', 403],
    ['/admin', 403],
    ['/admin/secret/', 403],
    ['/admin/secret?/public/a', 403],
    ['/a/x/secret/', 403],
    ['/a/%78/secret', 403],
    ['/a/x/SECRET', 404],
    ['/A/x/secret', 404],
  ])('have the policy of the route that the upstream would serve: %s', async (target, status) => {
    expect(statusOf(await get(target))).toBe(status);
    expect(upstream.wire).toBe('');
    expect(statusOf(await get('/a/x/open'))).toBe(200);
  });

  it.each([
    ['/v1/items/7', '/internal/items/7'],
    ['/v1/items/', '/internal/items/'],
    ['/v1/items', '/internal/items'],
  ])('keep to their route when prefixes change: %s is %s', async (target, arrived) => {
    expect(statusOf(await get(target))).toBe(200);
    expect(lastOf(upstream).line).toBe(`GET ${arrived}`);
  });

  it.each(UP)('cannot climb out of a prefix by %s', async (up) => {
    for (const target of [
      `/v1/items/${up}${up}admin`,
      `/v1/items/7/${up}${up}${up}admin`,
      `/v1/${up}admin`,
    ]) {
      expect([400, 404]).toContain(statusOf(await get(target)));
    }
    expect(upstream.wire).toBe('');
  });

  it('are no way around this server’s own routes', async () => {
    for (const target of ['/admin/clients', '/admin/routes', '/admin/%63lients', '/token', '/introspect']) {
      expect([400, 401, 403, 405]).toContain(statusOf(await get(target)));
    }
    for (const target of [
      '/admin//clients',
      '/x/../admin/clients',
      '/admin/clients;x',
      '/ADMIN/clients',
      '/.well-known%2fjwks.json',
    ]) {
      expect([400, 403, 404]).toContain(statusOf(await get(target)));
    }
    expect(upstream.wire).toBe('');
    expect(statusOf(await get('/health/live'))).toBe(200);
    expect(upstream.wire).toBe('');
  });
});
