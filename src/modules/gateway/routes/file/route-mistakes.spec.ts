import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Certificate, anAuthority } from '../../../../../test/support/certificates.js';
import { ownPathsOf } from '../../../../../test/support/own-paths.js';
import {
  ISSUER,
  RoutesFolder,
  aFileWith,
  aFileWithUpstream,
} from '../../../../../test/support/routes-folder.js';
import { mistakesOfEntry } from './route-mistakes.js';
import { RoutesError } from './routes-error.js';

let folder: RoutesFolder;

beforeEach(() => {
  folder = new RoutesFolder();
});
afterEach(() => folder.remove());

describe('a mistake that no schema finds', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'a path in a form that no request has',
      'routes: [{ id: a, path: /a//b, upstream: "http://u" }]',
      '/routes/0/path',
      /that a request could have/,
    ],
    [
      'a path with a parameter',
      'routes: [{ id: a, path: "/a/:id", upstream: "http://u" }]',
      '/routes/0/path',
      /\* where/,
    ],
    [
      'a method without scopes',
      aFileWith('methods: [GET, POST], scopes: { GET: [a] }'),
      '/routes/0/scopes',
      /every method/,
    ],
    [
      'every other method without scopes',
      aFileWith('scopes: { GET: [a] }'),
      '/routes/0/scopes',
      /every method/,
    ],
    [
      'scopes of a method that is not served',
      aFileWith('methods: [GET], scopes: { GET: [a], PUT: [b] }'),
      '/routes/0/scopes/PUT',
      /not among the methods/,
    ],
    [
      'WebSocket without GET',
      aFileWith('methods: [POST], websocket: true'),
      '/routes/0/websocket',
      /only for a route with GET/,
    ],
    [
      'this server as the upstream',
      `routes: [{ id: a, path: /a, upstream: "${ISSUER}" }]`,
      '/routes/0/upstream',
      /this server/,
    ],
    [
      'this server among the targets',
      `routes: [{ id: a, path: /a, upstream: { targets: ["http://u", "${ISSUER}"] } }]`,
      '/routes/0/upstream/targets/1',
      /this server/,
    ],
    [
      'this server in other letters',
      'routes: [{ id: a, path: /a, upstream: "https://GATEWAY.example:443" }]',
      '/routes/0/upstream',
      /as a browser writes it/,
    ],
    [
      'a port that is none',
      'routes: [{ id: a, path: /a, upstream: "http://u:99999" }]',
      '/routes/0/upstream',
      /as a browser writes it/,
    ],
    [
      'a redirect to a capital',
      aFileWith('redirect_origins: ["https://Login.example"]'),
      '/routes/0/redirect_origins/0',
      /as a browser writes it/,
    ],
    [
      'more time to connect than an assertion has to arrive',
      aFileWith('timeouts: { connect: 5001ms }'),
      '/routes/0/timeouts/connect',
      /at most 5s .* valid for 10 seconds/,
    ],
    [
      'the audience of the auth server for another upstream',
      aFileWith(`audience: ${ISSUER}/identity`),
      '/routes/0/audience',
      /reserved for the auth server: IDENTITY_URL/,
    ],
    [
      'one audience for two upstreams',
      'routes:\n- { id: a, path: /a, audience: x, upstream: "http://u" }\n' +
        '- { id: b, path: /b, audience: x, upstream: "http://v" }',
      '/routes/1/audience',
      /audience of route a too, .* Set an audience for each upstream/,
    ],
    [
      'a prefix of half a segment',
      aFileWithUpstream('strip_prefix: /ap', '/api/**'),
      '/routes/0/upstream/strip_prefix',
      /whole segments/,
    ],
    [
      'a prefix that the path does not have',
      aFileWithUpstream('strip_prefix: /b'),
      '/routes/0/upstream/strip_prefix',
      /whole segments/,
    ],
    [
      'a prefix in other letters',
      aFileWithUpstream('strip_prefix: /A'),
      '/routes/0/upstream/strip_prefix',
      /whole segments/,
    ],
    [
      'a prefix longer than the path',
      aFileWithUpstream('strip_prefix: /a/b'),
      '/routes/0/upstream/strip_prefix',
      /whole segments/,
    ],
    [
      'a prefix into a wildcard',
      aFileWithUpstream('strip_prefix: /a/*', '/a/*/b'),
      '/routes/0/upstream/strip_prefix',
      /whole segments/,
    ],
    [
      'a prefix that is not canonical',
      aFileWithUpstream('add_prefix: /a/../b'),
      '/routes/0/upstream/add_prefix',
      /canonical/,
    ],
    [
      'TLS of an upstream without',
      'routes: [{ id: a, path: /a, upstream: { targets: ["http://u"], tls: { server_name: u } } }]',
      '/routes/0/upstream/tls',
      /https/,
    ],
    [
      'a health path with a query',
      aFileWithUpstream('health: { path: "/h?x" }'),
      '/routes/0/upstream/health/path',
      /without a query/,
    ],
    [
      'a health timeout above the interval',
      aFileWithUpstream('health: { path: /h, interval: 1s }'),
      '/routes/0/upstream/health/timeout',
      /longer than the interval/,
    ],
    [
      'a file that is away',
      aFileWithUpstream('tls: { ca_file: none.pem }'),
      '/routes/0/upstream/tls/ca_file',
      /cannot be read/,
    ],
    [
      'a file that is a directory',
      aFileWithUpstream('tls: { ca_file: . }'),
      '/routes/0/upstream/tls/ca_file',
      /cannot be read/,
    ],
  ])('is found: %s', (_, text, pointer, detail) => {
    expect(folder.mistakesOf(text)).toEqual([
      expect.objectContaining({ pointer, detail: expect.stringMatching(detail) }),
    ]);
  });

  it.each(['/', '/a', '/b', '/a/b', ''])('is no prefix that the path has: %s', (prefix) => {
    const members = prefix === '' ? 'max_in_flight: 1' : `strip_prefix: ${prefix}`;
    const isPrefix = ['/a', '/a/b', ''].includes(prefix);
    const outcome = () => folder.read(aFileWithUpstream(members, '/a/b/*/c'));
    if (isPrefix) expect(outcome()[0]!.stripPrefix).toBe(prefix);
    else expect(outcome).toThrow(RoutesError);
  });

  it('is found between routes, at the later one', () => {
    const text = `routes:
  - { id: a, path: /a/**, upstream: "http://u" }
  - { id: a, path: /b, upstream: "http://u" }
  - { id: c, path: /a/**, methods: [GET], upstream: "http://u" }
  - { id: d, path: /B, upstream: "http://u" }
`;
    expect(folder.mistakesOf(text)).toEqual([
      { line: 3, column: 7, pointer: '/routes/1/id', detail: 'is the id of another route' },
      {
        line: 4,
        column: 14,
        pointer: '/routes/2/path',
        detail: expect.stringContaining('of route a as well'),
      },
      {
        line: 5,
        column: 14,
        pointer: '/routes/3/path',
        detail: expect.stringContaining('of route a only in case'),
      },
    ]);
  });

  it('is found where a route names a path of this process', () => {
    const text = aFileWith('').replace('/a/**', '/admin/clients/**');
    expect(folder.mistakesOf(text, ownPathsOf('/admin/clients'))).toMatchObject([
      { pointer: '/routes/0/path', line: 2 },
    ]);
    expect(folder.read(text, ownPathsOf('/admin/users'))).toHaveLength(1);
  });

  it('is told apart in PEM files', () => {
    const [one, other]: Certificate[] = ['one', 'other'].map((name) => anAuthority().issue({ name })) as [
      Certificate,
      Certificate,
    ];
    folder.write(one.certificate, 'cert.pem');
    folder.write(one.key, 'key.pem');
    folder.write(other.key, 'other.pem');
    folder.write(
      `${one.certificate}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
      'half.pem',
    );
    folder.write('nothing', 'text.pem');
    const detailsOf = (tls: string) =>
      folder
        .mistakesOf(aFileWithUpstream(`tls: { ${tls} }`))
        .map(({ pointer, detail }) => `${pointer.slice(-9)} ${detail}`);
    expect(detailsOf('ca_file: text.pem')).toEqual([expect.stringMatching(/ca_file .* PEM certificates/)]);
    expect(detailsOf('ca_file: key.pem')).toEqual([expect.stringMatching(/ca_file .* PEM certificates/)]);
    expect(detailsOf('ca_file: half.pem')).toEqual([
      expect.stringMatching(/ca_file .* one that cannot be read/),
    ]);
    expect(detailsOf('cert_file: cert.pem, key_file: cert.pem')).toEqual([
      expect.stringMatching(/key_file .* PEM private key/),
    ]);
    expect(detailsOf('cert_file: cert.pem, key_file: other.pem')).toEqual([
      expect.stringMatching(/key_file .* not that of the certificate/),
    ]);
    expect(detailsOf('cert_file: text.pem, key_file: none.pem')).toHaveLength(2);
    expect(folder.read(aFileWithUpstream('tls: { cert_file: cert.pem, key_file: key.pem }'))).toHaveLength(1);
  });
});

describe('a target that is this server', () => {
  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])(
    'is a mistake under each name of this machine: %s',
    (target) => {
      const context = { issuer: 'http://localhost:3000', cleartextTargets: false };
      expect(mistakesOfEntry({ id: 'a', path: '/a/**', upstream: target }, context)).toEqual([
        { place: ['upstream'], detail: 'is this server, which would forward to itself' },
      ]);
    },
  );

  it('is no other server of this machine', () => {
    const context = { issuer: 'http://localhost:3000', cleartextTargets: false };
    const upstream = 'http://127.0.0.1:3001';
    expect(mistakesOfEntry({ id: 'a', path: '/a/**', upstream }, context)).toEqual([]);
  });
});

describe('a target without TLS, where the operator has not allowed any', () => {
  const context = { issuer: ISSUER, cleartextTargets: false };
  const findingsOf = (targets: string[]) =>
    mistakesOfEntry({ id: 'a', path: '/a/**', upstream: { targets } }, context);

  it('is a mistake beyond this machine, and none of its siblings is', () => {
    const targets = ['https://upstream', 'http://127.0.0.1:1', 'http://localhost:1', 'http://upstream'];
    expect(findingsOf(targets)).toEqual([
      { place: ['upstream', 'targets', 3], detail: expect.stringContaining('ROUTES_FILE_INSECURE=allow') },
    ]);
  });

  it('is none where it is allowed', () => {
    const entry = { id: 'a', path: '/a/**', upstream: 'http://upstream' };
    expect(mistakesOfEntry(entry, { ...context, cleartextTargets: true })).toEqual([]);
    expect(mistakesOfEntry(entry, context)).toHaveLength(1);
  });
});
