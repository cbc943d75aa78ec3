import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anAuthority } from '../../../../../test/support/certificates.js';
import { ownPathsOf } from '../../../../../test/support/own-paths.js';
import {
  AUDIENCE,
  ISSUER,
  RoutesFolder,
  aFileWith,
  aFileWithUpstream,
} from '../../../../../test/support/routes-folder.js';
import type { Route } from '../route.js';
import { FilesRead } from './files-read.js';
import { RoutesError } from './routes-error.js';
import { readRoutesFile } from './routes-file.js';

const CANARY = 'c4n4ry';

let folder: RoutesFolder;

beforeEach(() => {
  folder = new RoutesFolder();
});
afterEach(() => folder.remove());

describe('a route of the file', () => {
  it('has a default for everything that it does not say', () => {
    const [route] = folder.read('routes:\n  - id: a\n    path: /a/**\n    upstream: http://upstream:8080\n');
    expect(route).toEqual({
      id: 'a',
      path: '/a/**',
      paths: [],
      methods: undefined,
      public: false,
      scopes: {},
      audience: AUDIENCE,
      identity: 'assertion',
      forwardAuthorization: false,
      forwardedHeader: false,
      dropHeaders: [],
      keepHeaders: [],
      requestHeaders: { set: [], add: [], remove: [] },
      responseHeaders: { set: [], add: [], remove: [] },
      upstream: {
        targets: ['http://upstream:8080'],
        tls: undefined,
        maxInFlight: 256,
        breaker: { failures: 5, openMs: 10_000 },
        health: undefined,
      },
      stripPrefix: '',
      addPrefix: '',
      timeouts: { connect: 3_000, headers: 30_000, idle: 60_000, total: undefined },
      retry: true,
      maxBodyBytes: undefined,
      spikeArrest: [],
      quotas: [],
      webSocket: false,
      redirectOrigins: [],
      cors: undefined,
    } satisfies Route);
  });

  it('says everything that a route can be', () => {
    const authority = anAuthority();
    const ca = authority.certificate;
    const { certificate, key } = authority.issue({ name: 'gateway' });
    folder.write(ca, 'tls/ca.pem');
    folder.write('s3cret {claim:sub}\n', 'key.txt');
    folder.write(certificate, 'tls/cert.pem');
    folder.write(key, 'tls/key.pem');
    const [route] = folder.read(`
routes:
  - id: orders
    path: /api/orders/**
    paths: { encoded_slash: true, semicolon: false }
    methods: [GET, POST]
    scopes: { GET: [orders:read], POST: [orders:write, orders:read] }
    audience: https://orders.example
    identity: kong
    forward_authorization: true
    forwarded_header: true
    drop_headers: [X-Partner]
    keep_headers: [X-Client-Id]
    request_headers:
      set: { X-Tenant: "t-{claim:attributes.tenant}", X-Key: { value_file: key.txt } }
      add: { X-Trace: "{request_id} {client_ip} {{}}" }
      remove: [X-Debug]
    response_headers: { remove: [X-Internal] }
    upstream:
      targets: [https://one.example, "https://two.example:8443"]
      strip_prefix: /api
      add_prefix: /v2
      tls: { ca_file: tls/ca.pem, cert_file: ./tls/cert.pem, key_file: ${folder.path}/tls/key.pem, server_name: orders.internal }
      max_in_flight: 8
      breaker: { failures: 3, open: 500ms }
      health: { path: /health, interval: 1m, timeout: 1s }
    timeouts: { connect: 1s, headers: 2s, idle: 3m, total: 4m }
    retry: off
    max_body: 10MiB
    spike_arrest: [30/second, { rate: 100/minute, by: client }]
    quotas: [{ limit: 10, per: hour, by: "claim:attributes.plan" }]
    websocket: true
    redirect_origins: [https://login.example]
    cors: { allowed_headers: [X-Version], exposed_headers: [Link], methods: [GET], max_age: 1m }
`);
    expect(route).toEqual({
      id: 'orders',
      path: '/api/orders/**',
      paths: ['encoded_slash'],
      methods: ['GET', 'POST'],
      public: false,
      scopes: { GET: ['orders:read'], POST: ['orders:write', 'orders:read'] },
      audience: 'https://orders.example',
      identity: 'kong',
      forwardAuthorization: true,
      forwardedHeader: true,
      dropHeaders: ['X-Partner'],
      keepHeaders: ['X-Client-Id'],
      requestHeaders: {
        set: [
          { name: 'X-Tenant', value: ['t-', { claim: 'attributes.tenant' }] },
          { name: 'X-Key', value: ['s3cret {claim:sub}'] },
        ],
        add: [
          { name: 'X-Trace', value: [{ field: 'request_id' }, ' ', { field: 'client_ip' }, ' ', '{', '}'] },
        ],
        remove: ['X-Debug'],
      },
      responseHeaders: { set: [], add: [], remove: ['X-Internal'] },
      upstream: {
        targets: ['https://one.example', 'https://two.example:8443'],
        tls: { ca, certificate, key, serverName: 'orders.internal' },
        maxInFlight: 8,
        breaker: { failures: 3, openMs: 500 },
        health: { path: '/health', intervalMs: 60_000, timeoutMs: 1_000 },
      },
      stripPrefix: '/api',
      addPrefix: '/v2',
      timeouts: { connect: 1_000, headers: 2_000, idle: 180_000, total: 240_000 },
      retry: false,
      maxBodyBytes: 10 * 1024 * 1024,
      spikeArrest: [
        { rate: 30, per: 'second', by: 'route' },
        { rate: 100, per: 'minute', by: 'client' },
      ],
      quotas: [{ limit: 10, per: 'hour', by: 'claim:attributes.plan' }],
      webSocket: true,
      redirectOrigins: ['https://login.example'],
      cors: { allowedHeaders: ['X-Version'], exposedHeaders: ['Link'], methods: ['GET'], maxAge: 60 },
    } satisfies Route);
  });

  it.each([
    ['scopes: [a, b]', { scopes: { '*': ['a', 'b'] } }],
    ['scopes: { "*": [] }', { scopes: { '*': [] } }],
    ['public: true', { public: true, identity: 'none' }],
    ['public: true, identity: none', { public: true, identity: 'none' }],
    ['spike_arrest: 100/minute', { spikeArrest: [{ rate: 100, per: 'minute', by: 'route' }] }],
    ['max_body: 1B', { maxBodyBytes: 1 }],
    ['max_body: 999999GiB', { maxBodyBytes: 999_999 * 2 ** 30 }],
    ['methods: [GET], scopes: { GET: [r], HEAD: [] }', { scopes: { GET: ['r'], HEAD: [] } }],
    ['methods: [GET, HEAD], scopes: { GET: [r] }', { scopes: { GET: ['r'] } }],
  ])('may be said in short: %s', (members, said) => {
    expect(folder.read(aFileWith(members))[0]).toMatchObject(said);
  });
});

describe('the mistakes of a file', () => {
  it('are told all at once, in their order, with line and column', () => {
    const text = `routes:
  - id: good
    path: /good
    upstream: http://u
  - id: bad
    path: /bad/:id
    upstream: http://u
    timeouts:
      idle: soon
  - id: worse
    path: /worse
    methods: [POST]
    websocket: true
    upstream: http://u
    colour: red
  - id: good
    path: /again
    upstream: http://u
`;
    expect(folder.mistakesOf(text).map(({ line, column, pointer }) => [line, column, pointer])).toEqual([
      [9, 7, '/routes/1/timeouts/idle'],
      [15, 5, '/routes/2/colour'],
      [16, 5, '/routes/3/id'],
    ]);
    const mended = text.replace('soon', '1s').replace('    colour: red\n', '');
    expect(folder.mistakesOf(mended).map(({ line, column, pointer }) => [line, column, pointer])).toEqual([
      [6, 5, '/routes/1/path'],
      [13, 5, '/routes/2/websocket'],
      [15, 5, '/routes/3/id'],
    ]);
  });

  it('are told of paths that another route could claim, by line and column', () => {
    const text = `routes:
  - id: open
    path: /x/**
    paths: { semicolon: true }
    upstream: http://u
  - id: admin
    path: /x/admin
    upstream: http://u
  - id: one
    path: /y/*
    paths: { semicolon: true }
    upstream: http://u
`;
    expect(folder.mistakesOf(text).map(({ line, column, detail }) => [line, column, detail])).toEqual([
      [4, 5, 'is only for a route without others below it, and route admin is one'],
      [11, 5, 'is only for a path of literal segments that ends in /**'],
    ]);
  });

  it('are told of header fields that no route may rule, by line and column', () => {
    const text = `routes:
  - id: a
    path: /a
    public: true
    upstream: http://u
    keep_headers: [X-Identity]
    request_headers:
      set:
        Host: evil
        X-A: "{claim:sub}"
        X-B: "{sub}"
        X-C: { value_file: missing }
        X-D: " a"
    response_headers: { remove: [Content-Length] }
`;
    expect(folder.mistakesOf(text).map(({ line, detail }) => [line, detail])).toEqual([
      [6, 'is a name that never passes'],
      [9, 'is a name that a route never sets, adds or removes'],
      [10, 'names a claim, but a public route has no caller with claims'],
      [11, 'must be a text with fields such as {claim:sub}'],
      [12, 'names a file that cannot be read'],
      [13, 'must be one line without control characters, and without spaces at its ends'],
      [14, 'is a name that a route never sets, adds or removes'],
    ]);
    expect(folder.mistakesOf(text.replace('" a"', '"a\\nb"')).at(-1)?.detail).toMatch(/control characters/);
  });

  it('are told to an operator in lines', () => {
    const error = new RoutesError(
      folder.mistakesOf('routes:\n  - id: a\n    path: /a\n    upstream: http://u\n    colour: red\n'),
    );
    expect(error.message).toBe(
      'The routes file is not usable:\n  - line 5, column 5, /routes/0/colour: is not a member',
    );
  });

  it('are never told with a value', () => {
    const places = [
      'ID',
      'methods: [X]',
      'scopes: ["a X"]',
      'audience: "a X"',
      'identity: X',
      'upstream: X',
      'max_body: X',
      'spike_arrest: X',
      'public: X',
      'quotas: [X]',
    ];
    for (const place of places) {
      const member = place.replace('X', CANARY).replace('ID', `id: "${CANARY} "`);
      const message = new RoutesError(folder.mistakesOf(`routes:\n- { path: /a, ${member} }\n`)).message;
      expect(message).not.toContain(CANARY);
    }
    for (const text of [
      `routes: "${CANARY}`,
      `${CANARY}: [`,
      `- ${CANARY}\n ${CANARY}: }`,
      `a: !${CANARY} b`,
      `a: *${CANARY}`,
      `&${CANARY} a`,
      `${CANARY}: 1\n${CANARY}: 2`,
      `%${CANARY}\n---\na`,
      `a: "\\${CANARY}"`,
      `a: @${CANARY}`,
    ]) {
      expect(new RoutesError(folder.mistakesOf(text)).message).not.toContain(CANARY);
    }
    folder.write(CANARY, 'secret.pem');
    expect(
      new RoutesError(folder.mistakesOf(aFileWithUpstream('tls: { ca_file: secret.pem }'))).message,
    ).not.toContain(CANARY);
  });

  it('are that there is no file, or too large a one', () => {
    const context = {
      ...{ audience: AUDIENCE, issuer: ISSUER, ownPaths: ownPathsOf(), files: new FilesRead() },
      reservedAudiences: [],
      cleartextTargets: true,
      variables: {},
    };
    expect(() => readRoutesFile('/nowhere/routes.yaml', context)).toThrow(
      /^ {2}- the file that ROUTES_FILE names cannot be read \(ENOENT\)$/m,
    );
    expect(() => folder.read(`routes: []${' '.repeat(5 * 2 ** 20)}`)).toThrow(/cannot be read \(EFBIG\)/);
  });
});
