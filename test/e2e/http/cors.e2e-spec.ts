import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClientRegistry } from '../../../src/modules/clients/index.js';
import { type Answer, call, post } from '../../support/http.js';
import {
  type TestClient,
  type TestPerson,
  aConfidentialClient,
  aPerson,
  aPublicClient,
} from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

const APP = 'https://app.example';
const OTHER_APP = 'https://other.example';
const ANY_CLIENTS = 'https://portal.example:8443';
const API = '/api/resources';

/** Origins that look like a listed one, or mean something of their own. */
const STRANGERS = [
  'https://evil',
  'null',
  '*',
  'http://app.example',
  'https://app.example.evil',
  'https://evilapp.example',
  'https://app.example:444',
  'https://app.example:443',
  'https://APP.example',
  'https://app.example/',
  'https://user@app.example',
  'https://sub.app.example',
  `${APP}, https://evil`,
  `${APP} https://evil`,
];

describe('cross-origin requests (Fetch Standard §3.2)', () => {
  let server: TestServer;
  let client: TestClient;
  let otherClient: TestClient;
  let person: TestPerson;
  let token: string;

  beforeAll(async () => {
    server = await startServer({ CORS_ORIGINS: ANY_CLIENTS, CORS_ALLOWED_HEADERS: 'X-Api-Version, x-trace' });
    client = await aPublicClient(server, { allowedOrigins: [APP] });
    otherClient = await aConfidentialClient(server, { allowedOrigins: [OTHER_APP] });
    person = await aPerson(server);
    token = (await tokens(client)).json.access_token;
  });

  afterAll(() => server.close());

  const tokens = (by: TestClient, origin?: string) =>
    post(
      server,
      '/token',
      by.secret === undefined ? undefined : by,
      { client_id: by.id, grant_type: 'password', username: person.username, password: person.password },
      origin === undefined ? {} : { Origin: origin },
    );

  const list = (origin: string, authorization = `Bearer ${token}`) =>
    call(server, API, { headers: { Origin: origin, Authorization: authorization } });

  const preflight = (path: string, origin: string, method = 'POST') =>
    call(server, path, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': method,
        'Access-Control-Request-Headers': 'authorization,content-type',
      },
    });

  function expectReadable({ headers }: Answer, origin: string): void {
    expect(headers.get('Access-Control-Allow-Origin')).toBe(origin);
    expect(headers.get('Vary')).toMatch(/\bOrigin\b/);
    expect(headers.has('Access-Control-Allow-Credentials')).toBe(false);
  }

  function expectNotReadable({ headers }: Answer): void {
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    expect(headers.get('Vary')).toMatch(/\bOrigin\b/);
  }

  it('read the answers for the client that lists the origin, with the headers they need', async () => {
    for (const answer of [await tokens(client, APP), await list(APP)]) {
      expect(answer.status).toBe(200);
      expectReadable(answer, APP);
      const exposed = answer.headers.get('Access-Control-Expose-Headers')!.split(', ');
      expect(exposed).toEqual(
        expect.arrayContaining(['ETag', 'Location', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id']),
      );
    }
  });

  it('read refusals too: an app must see its 400, 401 and 404', async () => {
    expectReadable(await post(server, '/token', undefined, `client_id=${client.id}`, { Origin: APP }), APP);
    expectReadable(await list(APP, 'Bearer expired'), APP);
    expectReadable(await call(server, '/nothing', { headers: { Origin: APP } }), APP);
  });

  it('read nothing of a client that lists another origin', async () => {
    expectNotReadable(await tokens(client, OTHER_APP));
    expectNotReadable(await list(OTHER_APP));
    expectReadable(await tokens(otherClient, OTHER_APP), OTHER_APP);
  });

  it.each(STRANGERS)('read nothing from %s, which is not an origin that is listed', async (origin) => {
    for (const answer of [await tokens(client, origin), await list(origin)]) {
      expect(answer.status).toBe(200);
      expectNotReadable(answer);
    }
    for (const path of ['/token', '/revoke', API]) expectNotReadable(await preflight(path, origin));
  });

  it('read the answers of every client from an origin of the configuration', async () => {
    expectReadable(await tokens(client, ANY_CLIENTS), ANY_CLIENTS);
    expectReadable(await tokens(otherClient, ANY_CLIENTS), ANY_CLIENTS);
    expectReadable(await preflight(API, ANY_CLIENTS), ANY_CLIENTS);
  });

  it('of the server’s own pages need no list: a browser asks nothing there', async () => {
    const answer = await tokens(client, server.config.server.issuer);
    expect(answer.status).toBe(200);
    expectNotReadable(answer);
  });

  it.each(['/token', '/revoke', '/introspect', API, '/userinfo', '/nothing'])(
    'are announced by a preflight that any client’s origin passes, as it names no client: %s',
    async (path) => {
      for (const origin of [APP, OTHER_APP]) {
        const answer = await preflight(path, origin);
        expect(answer).toMatchObject({ status: 204, text: '' });
        expectReadable(answer, origin);
        expect(answer.headers.get('Access-Control-Allow-Methods')!.split(', ')).toEqual(
          expect.arrayContaining(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
        );
        expect(answer.headers.get('Access-Control-Allow-Headers')!.toLowerCase().split(', ')).toEqual(
          expect.arrayContaining([
            ...['authorization', 'content-type', 'if-match', 'if-none-match'],
            ...['traceparent', 'tracestate', 'baggage', 'x-request-id'],
            ...['idempotency-key', 'last-event-id', 'cache-control'],
            // Swagger UI's, and those of the configuration.
            ...['x-requested-with', 'x-api-version', 'x-trace'],
          ]),
        );
        expect(Number(answer.headers.get('Access-Control-Max-Age'))).toBeGreaterThan(0);
      }
    },
  );

  it('have Vary: Origin even where there was none, so that no cache mixes the answers up', async () => {
    expect((await call(server, '/health/live')).headers.get('Vary')).toMatch(/\bOrigin\b/);
  });

  describe.each([
    '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-protected-resource',
    '/.well-known/jwks.json',
  ])('for %s, which is the same for everybody', (path) => {
    it.each([undefined, APP, 'null', 'https://evil'])(
      'are allowed from any origin, without credentials: %s',
      async (origin) => {
        const { status, headers } = await call(
          server,
          path,
          origin === undefined ? {} : { headers: { Origin: origin } },
        );
        expect([status, headers.get('Access-Control-Allow-Origin')]).toEqual([200, '*']);
        expect(headers.has('Access-Control-Allow-Credentials')).toBe(false);
        expect(headers.get('Vary')).toBeNull();
      },
    );

    it('pass a preflight from any origin, as an instrumented page sends it', async () => {
      const { status, headers } = await preflight(path, 'https://evil', 'GET');
      expect([status, headers.get('Access-Control-Allow-Origin')]).toEqual([204, '*']);
      expect(headers.get('Access-Control-Allow-Headers')).toMatch(/traceparent/);
      expect(headers.has('Access-Control-Allow-Credentials')).toBe(false);
    });
  });

  it('end with the client: the origin of a disabled one passes no preflight', async () => {
    const origin = 'https://closing.example';
    const closing = await aConfidentialClient(server, { allowedOrigins: [origin] });
    expectReadable(await preflight('/token', origin), origin);
    await server.app.get(ClientRegistry).change(closing.id, { status: 'disabled' });
    expectNotReadable(await preflight('/token', origin));
    expectReadable(await preflight('/token', APP), APP);
  });
});
