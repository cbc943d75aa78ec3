import { once } from 'node:events';
import { METHODS, type Server } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, call, post, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { answerOf, raw, rawRequest } from '../../support/raw.js';
import { type TestServer, startServer } from '../../support/server.js';

const ID = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10';
const API = '/api/resources';

/** Every method that Node's parser knows, but CONNECT, which names no path. */
const PARSED = METHODS.filter((method) => method !== 'CONNECT');

describe('methods (RFC 9110 §9, §15.5.6)', () => {
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

  afterAll(() => server.close());

  const ask = async (line: string, headers: string[] = []) =>
    answerOf(await raw(server, rawRequest(line, ['Host: as', ...headers])));

  it('that a path does not take are 405 with those it takes in Allow, on every path there is', async () => {
    const taken = Map.groupBy(server.routes, ({ path }) => path);
    expect(taken.size).toBeGreaterThan(20);
    for (const [path, routes] of taken) {
      const methods = routes.map(({ method }) => method);
      const url = path.replaceAll(/:\w+/g, ID);
      const others = PARSED.filter((method) => !methods.includes(method));
      const answers = await Promise.all(others.map((method) => ask(`${method} ${url}`)));
      const facts = answers.map(({ status, headers }, at) => [others[at], url, status, headers.get('Allow')]);
      const allowed = methods.toSorted().join(', ');
      expect(facts).toEqual(others.map((method) => [method, url, 405, allowed]));
    }
  });

  it.each(['GET', 'PUT', 'DELETE', 'PROPFIND'])('refuse %s /token in the words of OAuth', async (method) => {
    const answer = await ask(`${method} /token?grant_type=password&username=a&password=b`);
    expect(answer).toMatchObject({ status: 405, json: { error: 'invalid_request' } });
    expect(answer.headers.get('Allow')).toBe('POST');
    expect(server.logs.join('')).not.toContain('username=a');
  });

  it.each([
    ['/api/resources', 405, 'GET, HEAD, POST'],
    ['/token?x=1', 405, 'POST'],
    ['/nothing', 404, null],
    ['/%', 404, null],
  ])('that no parser knows are refused with what the path takes: %s', async (target, status, allow) => {
    const answer = await ask(`FOO ${target}`);
    expect([answer.status, answer.headers.get('Allow')]).toEqual([status, allow]);
  });

  it('named CONNECT open no tunnel', async () => {
    const answer = await ask('CONNECT as:443');
    expect(answer.status).toBe(405);
    expect(answer.headers.has('Allow')).toBe(true);
  });

  it('named CONNECT harm nobody else when the peer resets the connection', async () => {
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on('uncaughtExceptionMonitor', note);
    // `once` of node:events would listen to errors, too, and so handle what nobody else does.
    const closed = new Promise<void>((resolve) => {
      const http: Server = server.app.getHttpServer();
      http.once('connection', (socket) => void socket.once('close', () => resolve()));
    });
    const peer = connect(server.port, '127.0.0.1');
    peer.write('CONNECT as:443 HTTP/1.1\r\nHost: as:443\r\n\r\n');
    await once(peer, 'data');
    peer.resetAndDestroy();
    await closed;
    expect((await ask('GET /health/live')).status).toBe(200);
    process.off('uncaughtExceptionMonitor', note);
    expect(uncaught).toEqual([]);
  });

  it('are 404 all alike on a path that is not there', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'DELETE']) {
      const answer = await ask(`${method} /nothing`);
      expect([method, answer.status, answer.headers.has('Allow')]).toEqual([method, 404, false]);
    }
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'GET', 'HEAD', 'PROPFIND'])(
    'are 404 on such a path whatever the body is: %s',
    async (method) => {
      for (const [type, body] of [
        ['application/x-www-form-urlencoded', 'a=1'],
        ['application/json', '{'],
        ['text/plain; charset=utf-16', 'x'],
        ['no media type', 'x'],
        ['application/json', 'x'.repeat(300_000)],
      ] as const) {
        const header = [`Content-Type: ${type}`, 'Content-Encoding: br', `Content-Length: ${body.length}`];
        for (const path of ['/nothing', '/token/', '/oauth/token']) {
          const lines = rawRequest(`${method} ${path}`, ['Host: as', ...header]);
          const { status, json } = answerOf(await raw(server, lines + body));
          expect([path, type, status]).toEqual([path, type, 404]);
          if (method !== 'HEAD') expect(json).toMatchObject({ type: 'about:blank', status: 404 });
        }
      }
    },
  );

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'are 405 on a path that is, whatever the body is: %s',
    async (method) => {
      const header = ['Content-Type: no media type', 'Content-Length: 1'];
      const { status } = answerOf(
        await raw(server, `${rawRequest(`${method} /token`, ['Host: as', ...header])}x`),
      );
      expect(status).toBe(405);
    },
  );

  it('that are HEAD need what GET needs, and answer as GET does without its body', async () => {
    expect((await call(server, API, { method: 'HEAD' })).status).toBe(401);
    const head = await bearer(server, token, API, { method: 'HEAD' });
    const get = await bearer(server, token, API);
    expect(head).toMatchObject({ status: 200, text: '' });
    for (const name of ['Content-Type', 'Content-Length', 'Cache-Control']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
  });

  it.each(['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'FOO'])(
    'such as %s get past nobody without an access token, and run nothing',
    async (method) => {
      const { headers } = await bearer(server, token, API, { method: 'POST', body: { title: 'kept' } });
      const path = headers.get('Location')!;
      const answer = await ask(`${method} ${path}`, ['X-HTTP-Method-Override: DELETE']);
      expect([401, 405]).toContain(answer.status);
      expect((await bearer(server, token, path)).status).toBe(200);
    },
  );

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    'are taken from the request line and not from %s',
    async (header) => {
      const form = { grant_type: 'password', username: person.username, password: person.password };
      expect((await post(server, '/token', client, form, { [header]: 'GET' })).status).toBe(200);

      const created = await bearer(server, token, API, { method: 'POST', body: { title: 'kept' } });
      const path = created.headers.get('Location')!;
      const headers = { [header]: 'DELETE' };
      expect((await bearer(server, token, path, { headers })).status).toBe(200);
      expect(
        (await bearer(server, token, `${path}?_method=DELETE`, { method: 'POST', headers })).status,
      ).toBe(405);
      expect((await bearer(server, token, path)).status).toBe(200);
    },
  );
});
