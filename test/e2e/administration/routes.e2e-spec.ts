import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anAuthority } from '../../support/certificates.js';
import { type Answer, bearer, call, signIn } from '../../support/http.js';
import { mistakesIn, operationsOf } from '../../support/openapi-document.js';
import { RoutesFolder } from '../../support/routes-folder.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startOne } from '../../support/server.js';

const ROUTES = `
routes:
  - id: everything
    path: /**
    upstream: http://127.0.0.1:9
  - id: orders
    path: /api/orders/**
    methods: [GET, POST]
    scopes: { GET: [orders:read], "*": [orders:write] }
    audience: https://orders.example
    upstream:
      targets: [https://one.example, https://two.example]
      strip_prefix: /api
      add_prefix: /v2
      tls: { ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem, server_name: orders.internal }
      max_in_flight: 8
      breaker: { failures: 3, open: 1s }
      health: { path: /health }
    timeouts: { total: 2m }
    retry: off
    cors: { exposed_headers: [Link] }
    request_headers: { set: { X-Key: c4n4ry } }
    max_body: 1KiB
    spike_arrest: 30/second
    quotas: [{ limit: 10, per: hour, by: client }]
    websocket: true
    redirect_origins: [https://login.example]
`;

let folder: RoutesFolder;
let server: TestServer;
let token: string;

const ask = (path: string) => bearer(server, token, path);
const explain = (query: Record<string, string>) =>
  ask(`/admin/routes/explain?${new URLSearchParams(query).toString()}`);

beforeAll(async () => {
  folder = new RoutesFolder();
  const authority = anAuthority();
  const { certificate, key } = authority.issue({ name: 'gateway' });
  folder.write(authority.certificate, 'ca.pem');
  folder.write(certificate, 'cert.pem');
  folder.write(key, 'key.pem');
  folder.write(ROUTES);
  server = await startOne({ environment: { ROLES: 'identity,oauth,gateway', ROUTES_FILE: folder.file } });
  const { json } = await signIn(server, FIRST_CLIENT, ADMINISTRATOR, 'routes:read');
  token = json.access_token;
});

afterAll(async () => {
  await server?.close();
  folder?.remove();
});

describe('GET /admin/routes', () => {
  let answer: Answer;
  beforeAll(async () => {
    answer = await ask('/admin/routes');
  });

  it('answers the table in the order of precedence', () => {
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ source: 'file', items: [{ id: 'orders' }, { id: 'everything' }] });
    expect(new Date(answer.json.in_force_since).toISOString()).toBe(answer.json.in_force_since);
  });

  it('answers all that a route is', () => {
    expect(answer.json.items[0]).toEqual({
      id: 'orders',
      path: '/api/orders/**',
      paths: [],
      methods: ['GET', 'POST'],
      public: false,
      scopes: { GET: ['orders:read'], '*': ['orders:write'] },
      audience: 'https://orders.example',
      identity: 'assertion',
      forward_authorization: false,
      forwarded_header: false,
      drop_headers: [],
      keep_headers: [],
      request_headers: { set: ['X-Key'], add: [], remove: [] },
      response_headers: { set: [], add: [], remove: [] },
      upstream: {
        targets: ['https://one.example', 'https://two.example'],
        strip_prefix: '/api',
        add_prefix: '/v2',
        tls: { custom_ca: true, client_certificate: true, server_name: 'orders.internal' },
        max_in_flight: 8,
        breaker: { failures: 3, open_ms: 1_000 },
        health: { path: '/health', interval_ms: 10_000, timeout_ms: 2_000 },
      },
      timeouts: { connect_ms: 3_000, headers_ms: 30_000, idle_ms: 60_000, total_ms: 120_000 },
      retry: false,
      max_body_bytes: 1_024,
      spike_arrest: [{ rate: 30, per: 'second', by: 'route' }],
      quotas: [{ limit: 10, per: 'hour', by: 'client' }],
      websocket: true,
      redirect_origins: ['https://login.example'],
      cors: { allowed_headers: [], exposed_headers: ['Link'], methods: null, max_age: null },
    });
  });

  it('answers null for what a route does not say', () => {
    expect(answer.json.items[1]).toMatchObject({
      methods: null,
      scopes: {},
      max_body_bytes: null,
      upstream: { tls: null, health: null, strip_prefix: '', add_prefix: '' },
      timeouts: { total_ms: null },
    });
  });

  it('shows no certificate and no key', () => {
    expect(answer.text).not.toMatch(/BEGIN|PRIVATE|\.pem/);
  });
});

describe('GET /admin/routes/explain', () => {
  it('says where a request goes', async () => {
    expect((await explain({ method: 'POST', path: '/api/%6frders/7?a=b' })).json).toEqual({
      method: 'POST',
      path: '/api/orders/7',
      forwarded: {
        route: 'orders',
        public: false,
        scopes: ['orders:write'],
        audience: 'https://orders.example',
        identity: 'assertion',
        upstream_path: '/v2/orders/7',
        targets: ['https://one.example', 'https://two.example'],
      },
      refused: null,
    });
  });

  it('takes GET where no method is said', async () => {
    const { json } = await explain({ path: '/api/orders' });
    expect(json).toMatchObject({ method: 'GET', forwarded: { scopes: ['orders:read'] } });
  });

  it.each([
    ['GET', '/api/../admin', null, 400, null],
    ['GET', '/API/orders', '/API/orders', 404, null],
    ['DELETE', '/api/orders', '/api/orders', 405, 'GET, HEAD, POST'],
    ['TRACE', '/x', '/x', 405, 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'],
    ['GET', '/admin/routes', '/admin/routes', null, null],
    ['DELETE', '/admin/clients/x', '/admin/clients/x', null, null],
    ['GET', '/token', '/token', null, null],
  ])('says why %s %s goes nowhere', async (method, path, canonical, status, allow) => {
    const answer = await explain({ method, path });
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      method,
      path: canonical,
      forwarded: null,
      refused: { status, detail: expect.stringMatching(/^T.+\.$/), allow },
    });
  });

  it.each([
    ['', '/path'],
    ['path=/a&method=get', '/method'],
    ['path=/a&method=', '/method'],
    ['path=/a&method=GET%20/', '/method'],
    ['path=/a&path=/b', '/path'],
    ['path=/a&method=GET&method=PUT', '/method'],
    ['path=/a&colour=red', '/colour'],
    ['path=/a&constructor=x', '/constructor'],
  ])('refuses the query %s with 400', async (query, pointer) => {
    const { status, json } = await ask(`/admin/routes/explain?${query}`);
    expect({
      status,
      pointers: (json.errors ?? []).map((error: { pointer: string }) => error.pointer),
    }).toEqual({
      status: 400,
      pointers: [pointer],
    });
  });
});

describe('the routes', () => {
  it.each(['/admin/routes', '/admin/routes/explain?path=/a'])(
    '%s are for administrators with routes:read',
    async (path) => {
      expect((await call(server, path)).status).toBe(401);
      const { json } = await signIn(server, FIRST_CLIENT, ADMINISTRATOR, 'clients:read');
      expect((await bearer(server, json.access_token, path)).status).toBe(403);
      expect((await ask(path)).status).toBe(200);
    },
  );

  it('are documented like everything else', async () => {
    const { json: document } = await call(server, '/docs-json');
    expect(mistakesIn(document)).toEqual([]);
    expect(operationsOf(document).map(({ id }) => id)).toEqual(
      expect.arrayContaining(['listRoutes', 'explainRoute']),
    );
  });
});

describe('a routes file with mistakes', () => {
  it.each([
    [
      'a value that is none',
      'routes: [{ id: a, path: /a, upstream: "http://u", identity: c4n4ry }]',
      '/routes/0/identity',
    ],
    [
      'a path of this server',
      'routes: [{ id: a, path: /admin/clients/**, upstream: "http://u" }]',
      '/routes/0/path',
    ],
  ])('keeps the process from starting: %s', async (_, text, pointer) => {
    const bad = new RoutesFolder();
    bad.write(text);
    const start = startOne({ environment: { ROLES: 'identity,oauth,gateway', ROUTES_FILE: bad.file } });
    const refusal: Error = await start.then(
      async (started) => {
        await started.close();
        throw new Error('It started.');
      },
      (error: Error) => error,
    );
    expect(refusal.message).toContain(`line 1, column`);
    expect(refusal.message).toContain(pointer);
    expect(refusal.message).not.toContain('c4n4ry');
    bad.remove();
  });
});
