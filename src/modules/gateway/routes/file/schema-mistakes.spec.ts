import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoutesFolder, aFileWith, aFileWithUpstream } from '../../../../../test/support/routes-folder.js';

let folder: RoutesFolder;

beforeEach(() => {
  folder = new RoutesFolder();
});
afterEach(() => folder.remove());

describe('a mistake in the form', () => {
  it.each<[string, string, string, string]>([
    ['no file of routes', 'hello\n', '', 'must be an object'],
    ['an empty file', '', '', 'must be an object'],
    ['no routes', 'routes: []\n', '/routes', 'must not be empty'],
    ['a member of another file', `${aFileWith('')}server: x\n`, '/server', 'is not a member'],
    ['no id', 'routes: [{ path: /a, upstream: "http://u" }]', '/routes/0/id', 'is required'],
    ['no path', 'routes: [{ id: a, upstream: "http://u" }]', '/routes/0/path', 'is required'],
    ['no upstream', 'routes: [{ id: a, path: /a }]', '/routes/0/upstream', 'is required'],
    [
      'an id with a space',
      'routes: [{ id: a b, path: /a, upstream: "http://u" }]',
      '/routes/0/id',
      'must be 1 to 64 of the characters A-Z a-z 0-9 . _ -',
    ],
    ['an unknown member', aFileWith('timeout: 3s'), '/routes/0/timeout', 'is not a member'],
    ['a member with a slash', aFileWith('"a/b~c": 1'), '/routes/0/a~1b~0c', 'is not a member'],
    ['a member of every object', aFileWith('__proto__: {}'), '/routes/0/__proto__', 'is not a member'],
    [
      'a method in lower case',
      aFileWith('methods: [get]'),
      '/routes/0/methods/0',
      'must be a method in upper case, and neither TRACE nor CONNECT',
    ],
    [
      'TRACE',
      aFileWith('methods: [GET, TRACE]'),
      '/routes/0/methods/1',
      'must be a method in upper case, and neither TRACE nor CONNECT',
    ],
    ['no methods', aFileWith('methods: []'), '/routes/0/methods', 'must not be empty'],
    ['a method twice', aFileWith('methods: [GET, GET]'), '/routes/0/methods', 'must not have an entry twice'],
    ['one method', aFileWith('methods: GET'), '/routes/0/methods', 'must be a list'],
    [
      'a scope that is none',
      aFileWith('scopes: ["a b"]'),
      '/routes/0/scopes/0',
      'must be a scope (RFC 6749 section 3.3)',
    ],
    ['scopes as a text', aFileWith('scopes: orders'), '/routes/0/scopes', 'must be a list or an object'],
    ['scopes of nothing', aFileWith('scopes: {}'), '/routes/0/scopes', 'must not be empty'],
    [
      'scopes of no method',
      aFileWith('scopes: { read: [a], "*": [] }'),
      '/routes/0/scopes/read',
      'must be * or a method in upper case, and neither TRACE nor CONNECT',
    ],
    [
      'a scope of a public route',
      aFileWith('public: true, scopes: [a]'),
      '/routes/0/scopes',
      'is not for a public route',
    ],
    [
      'an audience of a public route',
      aFileWith('public: true, audience: a'),
      '/routes/0/audience',
      'is not for a public route',
    ],
    [
      'an identity of a public route',
      aFileWith('public: true, identity: kong'),
      '/routes/0/identity',
      'must be none, as the route is public',
    ],
    [
      'an unknown identity',
      aFileWith('identity: jwt'),
      '/routes/0/identity',
      'must be one of assertion, none, kong, oauth2-proxy, authelia',
    ],
    [
      'an audience with a space',
      aFileWith('audience: a b'),
      '/routes/0/audience',
      'must be 1 to 256 printable ASCII characters without spaces',
    ],
    ['yes for true', aFileWith('public: yes'), '/routes/0/public', 'must be true or false'],
    [
      'a duration without a unit',
      aFileWith('timeouts: { idle: 30 }'),
      '/routes/0/timeouts/idle',
      'must be a duration such as 500ms, 30s or 2m',
    ],
    [
      'no time',
      aFileWith('timeouts: { idle: 0s }'),
      '/routes/0/timeouts/idle',
      'must be a duration such as 500ms, 30s or 2m',
    ],
    [
      'more time than a timer has',
      aFileWith('timeouts: { idle: 99999m }'),
      '/routes/0/timeouts/idle',
      'must be a duration such as 500ms, 30s or 2m',
    ],
    [
      'a size of another kind',
      aFileWith('max_body: 10MB'),
      '/routes/0/max_body',
      'must be a size such as 64KiB or 10MiB',
    ],
    [
      'a rate for each hour',
      aFileWith('spike_arrest: 30/hour'),
      '/routes/0/spike_arrest',
      'must be a rate such as 30/second or 100/minute',
    ],
    [
      'a spike arrest by something',
      aFileWith('spike_arrest: [{ rate: 30/second, by: ip }]'),
      '/routes/0/spike_arrest/0/by',
      'must be route, client, user or claim:<name>',
    ],
    [
      'a quota without its window',
      aFileWith('quotas: [{ limit: 1, by: user }]'),
      '/routes/0/quotas/0/per',
      'is required',
    ],
    [
      'a quota of none',
      aFileWith('quotas: [{ limit: 0, per: day, by: user }]'),
      '/routes/0/quotas/0/limit',
      'must be a whole number from 1 to 1000000000',
    ],
    [
      'a quota for each week',
      aFileWith('quotas: [{ limit: 1, per: week, by: user }]'),
      '/routes/0/quotas/0/per',
      'must be one of minute, hour, day',
    ],
    [
      'no targets',
      'routes: [{ id: a, path: /a, upstream: { targets: [] } }]',
      '/routes/0/upstream/targets',
      'must not be empty',
    ],
    [
      'a target with a path',
      'routes: [{ id: a, path: /a, upstream: "http://u/x" }]',
      '/routes/0/upstream',
      'must be an http or https origin without a path or a trailing slash',
    ],
    [
      'a target with a password',
      'routes: [{ id: a, path: /a, upstream: "http://x:y@u" }]',
      '/routes/0/upstream',
      'must be an http or https origin without a path or a trailing slash',
    ],
    [
      'a target of another scheme',
      'routes: [{ id: a, path: /a, upstream: { targets: ["ftp://u"] } }]',
      '/routes/0/upstream/targets/0',
      'must be an http or https origin without a path or a trailing slash',
    ],
    [
      'TLS that is not verified',
      aFileWithUpstream('tls: { verify: false }'),
      '/routes/0/upstream/tls/verify',
      'is not a member',
    ],
    [
      'a certificate without its key',
      aFileWithUpstream('tls: { cert_file: a }'),
      '/routes/0/upstream/tls/key_file',
      'is required with cert_file',
    ],
    [
      'a key without its certificate',
      aFileWithUpstream('tls: { key_file: a }'),
      '/routes/0/upstream/tls/cert_file',
      'is required with key_file',
    ],
    [
      'a server name that is an address',
      aFileWithUpstream('tls: { server_name: "[::1]" }'),
      '/routes/0/upstream/tls/server_name',
      'must be a host name',
    ],
    [
      'too few in flight',
      aFileWithUpstream('max_in_flight: 0'),
      '/routes/0/upstream/max_in_flight',
      'must be a whole number from 1 to 100000',
    ],
    [
      'half a failure',
      aFileWithUpstream('breaker: { failures: 1.5 }'),
      '/routes/0/upstream/breaker/failures',
      'must be a whole number from 1 to 1000',
    ],
    [
      'a prefix with a slash at its end',
      aFileWithUpstream('strip_prefix: /a/'),
      '/routes/0/upstream/strip_prefix',
      'must be a path such as /api, without a slash at its end',
    ],
  ])('is found: %s', (_, text, pointer, detail) => {
    expect(folder.mistakesOf(text)).toContainEqual(expect.objectContaining({ pointer, detail }));
    expect(folder.mistakesOf(text)).toHaveLength(1);
  });
});
