import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ClientStore } from '../../../src/modules/clients/client-store.js';
import { HashingQueue, HashingQueueFull } from '../../../src/modules/users/passwords/hashing-queue.js';
import { type Answer, bearer, call, post, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { answerOf, raw, rawRequest } from '../../support/raw.js';
import { type TestServer, startServer } from '../../support/server.js';

const API = '/api/resources';

/** What every answer has, whatever it says and whoever wrote it. OWASP ASVS 3.4. */
function expectSecurityHeaders({ headers }: Answer, contentSecurityPolicy?: RegExp): void {
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(headers.get('Referrer-Policy')).toBe('no-referrer');
  expect(headers.get('X-Frame-Options')).toBe('DENY');
  expect(headers.get('Content-Security-Policy')).toMatch(
    contentSecurityPolicy ?? /^default-src 'none'; frame-ancestors 'none'$/,
  );
  expect(headers.get('Cache-Control')).not.toBeNull();
  for (const banner of ['Server', 'X-Powered-By', 'Set-Cookie', 'Via'])
    expect(headers.has(banner)).toBe(false);
  const type = headers.get('Content-Type');
  if (type !== null && !/^image\//.test(type)) expect(type).toMatch(/; charset=utf-8$/i);
}

describe('the headers of every answer', () => {
  let server: TestServer;
  let client: TestClient;
  let person: TestPerson;
  let token: string;

  beforeAll(async () => {
    server = await startServer();
    client = await aConfidentialClient(server);
    person = await aPerson(server);
    token = (await signIn(server, client, person)).json.access_token;
  });

  afterEach(() => vi.restoreAllMocks());
  afterAll(() => server.close());

  const clients = () => server.app.get(ClientStore, { strict: false });
  const hashing = () => server.app.get(HashingQueue, { strict: false });

  const ANSWERS: Record<string, [status: number, ask: () => Promise<Answer>]> = {
    tokens: [200, () => signIn(server, client, person)],
    'a malformed token request': [400, () => post(server, '/token', client, '')],
    'an unknown client': [401, () => post(server, '/token', { id: 'nobody', secret: 'x' }, '')],
    'GET /token': [405, () => call(server, '/token')],
    'a token request that is too large': [
      413,
      () => post(server, '/token', client, { grant_type: 'x'.repeat(70_000) }),
    ],
    'a token request with too long a target': [
      414,
      () => post(server, `/token?x=${'x'.repeat(9_000)}`, client, ''),
    ],
    'an unexpected error of the token endpoint': [
      500,
      () => {
        vi.spyOn(clients(), 'find').mockRejectedValueOnce(new Error('unexpected'));
        return signIn(server, client, person);
      },
    ],
    'an overloaded token endpoint': [
      503,
      () => {
        vi.spyOn(hashing(), 'run').mockRejectedValueOnce(new HashingQueueFull(3));
        return signIn(server, client, person);
      },
    ],
    'authorization server metadata': [200, () => call(server, '/.well-known/oauth-authorization-server')],
    'a key set': [200, () => call(server, '/.well-known/jwks.json')],
    'a list': [200, () => bearer(server, token, API)],
    'a new resource': [201, () => bearer(server, token, API, { method: 'POST', body: { title: 'x' } })],
    'a preflight': [
      204,
      () =>
        call(server, API, {
          method: 'OPTIONS',
          headers: { Origin: 'https://x.example', 'Access-Control-Request-Method': 'GET' },
        }),
    ],
    'an unknown parameter': [400, () => bearer(server, token, `${API}?colour=blue`)],
    'no access token': [401, () => call(server, API)],
    'too little scope': [403, () => bearer(server, token, '/admin/users')],
    'an unknown path': [404, () => call(server, '/nothing/here')],
    'a resource that is not there': [
      404,
      () => bearer(server, token, `${API}/019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10`),
    ],
    'a method that the path does not take': [405, () => call(server, API, { method: 'DELETE' })],
    'a document that is too large': [
      413,
      () => bearer(server, token, API, { method: 'POST', body: { title: 'x'.repeat(300_000) } }),
    ],
    'too long a target': [414, () => bearer(server, token, `${API}?x=${'x'.repeat(9_000)}`)],
    'too long a path parameter': [414, () => bearer(server, token, `${API}/${'x'.repeat(201)}`)],
    'a media type that is not taken': [
      415,
      () =>
        bearer(server, token, API, { method: 'POST', body: {}, headers: { 'Content-Type': 'text/plain' } }),
    ],
    'an unexpected error of the API': [
      500,
      () => {
        vi.spyOn(clients(), 'list').mockRejectedValueOnce(new Error('unexpected'));
        return administrate('/admin/clients');
      },
    ],
    'a store of the API that is away': [
      503,
      () => {
        const away = Object.assign(new Error('terminating connection'), { code: '57P01' });
        vi.spyOn(clients(), 'list').mockRejectedValueOnce(away);
        return administrate('/admin/clients');
      },
    ],
    'a target that cannot be decoded': [400, () => rawly(rawRequest('GET /%zz'))],
    'no Host': [400, () => rawly(rawRequest('GET /health/live', []))],
    'what is no HTTP': [400, () => rawly('hello\r\n\r\n')],
    'an unknown method': [405, () => rawly(rawRequest('FOO /token'))],
    'too many header fields': [
      431,
      () => rawly(rawRequest('GET /health/live', ['Host: as', ...Array(120).fill('a: b')])),
    ],
    'too large a header': [
      431,
      () => rawly(rawRequest('GET /health/live', ['Host: as', `X: ${'x'.repeat(17_000)}`])),
    ],
  };

  async function rawly(request: string): Promise<Answer> {
    return answerOf(await raw(server, request));
  }

  async function administrate(path: string): Promise<Answer> {
    const administrator = await aPerson(server, { roles: ['admin'] });
    const desk = await aConfidentialClient(server, { scope: ['profile', 'clients:read'] });
    const tokens = await signIn(server, desk, administrator, 'clients:read');
    return bearer(server, tokens.json.access_token, path);
  }

  it.each(Object.entries(ANSWERS))('are there for %s', async (_, [status, ask]) => {
    const answer = await ask();
    expect(answer.status).toBe(status);
    expectSecurityHeaders(answer);
  });

  it('name the request, so that a caller can say which one it was', async () => {
    const answer = await call(server, '/nothing/here');
    expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.json.request_id).toBe(answer.headers.get('X-Request-Id'));
    expect(server.logs.some((line) => line.includes(answer.json.request_id))).toBe(true);
  });

  it('leave out Strict-Transport-Security where the issuer is plain http', async () => {
    expect((await call(server, '/health/live')).headers.has('Strict-Transport-Security')).toBe(false);
  });

  describe('of Swagger UI', () => {
    it.each(['/docs', '/docs/'])('let the page at %s run its own files and nothing else', async (path) => {
      const answer = await call(server, path);
      expect(answer.status).toBe(200);
      expectSecurityHeaders(answer, /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'$/);
    });

    it('are those of data for its files, for the document and for what is not there', async () => {
      const page = await call(server, '/docs');
      const files = [...page.text.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, path]) => path!);
      expect(files.length).toBeGreaterThan(3);
      for (const path of [...files, '/docs-json']) {
        const answer = await call(server, path);
        expect(answer.status).toBe(200);
        expectSecurityHeaders(answer);
      }
      const missing = await call(server, '/docs/nothing.js');
      expect(missing.status).toBe(404);
      expectSecurityHeaders(missing);
    });
  });
});

describe('the headers of every answer behind https', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({ ISSUER: 'https://as.example' });
  });

  afterAll(() => server.close());

  it.each(['/health/live', '/token', '/nothing', '/%zz', '/docs'])(
    'tell browsers to stay with https: %s',
    async (path) => {
      const { headers } = answerOf(await raw(server, rawRequest(`GET ${path}`)));
      expect(headers.get('Strict-Transport-Security')).toBe('max-age=31536000; includeSubDomains');
    },
  );

  it('tell so even when no request could be read', async () => {
    const { status, headers } = answerOf(await raw(server, 'hello\r\n\r\n'));
    expect(status).toBe(400);
    expect(headers.get('Strict-Transport-Security')).toBe('max-age=31536000; includeSubDomains');
  });
});
