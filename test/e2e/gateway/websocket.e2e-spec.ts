import { once } from 'node:events';
import { type IncomingMessage, createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';
import { ClientRegistry } from '../../../src/modules/clients/index.js';
import { type Answer, post, signIn } from '../../support/http.js';
import { decodeJwt, signedWith, theServersKey } from '../../support/jwt.js';
import { aConfidentialClient } from '../../support/mothers.js';
import { answerOf, raw, statusOf } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { type UpstreamServer, startUpstream } from '../../support/upstream-server.js';

/** An upstream of WebSockets that sends back what it gets. */
interface Echo extends UpstreamServer {
  /** Requests that came, handshakes or not. */
  requests: IncomingMessage[];
  sockets: WebSocketServer;
}

async function startEcho(): Promise<Echo> {
  const requests: IncomingMessage[] = [];
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered].at(-1)! });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    requests.push(request);
    if (request.url?.startsWith('/events/refused')) {
      socket.end(
        'HTTP/1.1 403 Forbidden\r\nX-User-Id: 7\r\nServer: inner\r\nContent-Length: 7\r\n\r\nnot you',
      );
    } else if (request.url?.startsWith('/events/tricked')) {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n');
    } else if (!request.url?.startsWith('/events/silent')) {
      sockets.handleUpgrade(request, socket, head, (peer) => sockets.emit('connection', peer, request));
    }
  });
  sockets.on('connection', (peer) => {
    peer.on('message', (message, isBinary) => peer.send(message, { binary: isBinary }));
  });
  const upstream = await startUpstream(
    (request, response) => {
      requests.push(request);
      response.end('no WebSocket');
    },
    { server },
  );
  return Object.assign(upstream, { requests, sockets });
}

describe('a WebSocket', () => {
  let echo: Echo;
  let gateway: RoutedGateway;
  let token: string;

  beforeAll(async () => {
    echo = await startEcho();
    gateway = await startRoutedGateway(routesTo(echo.origin));
    token = await gateway.tokenFor('orders:read');
  });

  afterAll(async () => {
    await gateway.close();
    await echo.close();
  });

  beforeEach(() => {
    echo.requests.length = 0;
  });

  function routesTo(to: string) {
    return [
      {
        ...{ id: 'events', path: '/events/**', scopes: ['orders:read'], websocket: true },
        ...{ upstream: to, timeouts: { headers: '300ms' } },
      },
      { id: 'open', path: '/open/**', public: true, websocket: true, upstream: to },
      { id: 'orders', path: '/orders/**', upstream: to },
      { id: 'brisk', path: '/brisk/**', websocket: true, upstream: to, timeouts: { idle: '400ms' } },
      { id: 'one', path: '/one/**', websocket: true, upstream: { targets: [to], max_in_flight: 1 } },
      { id: 'away', path: '/away/**', audience: 'x', websocket: true, upstream: 'http://127.0.0.1:9' },
    ];
  }

  /** @param bearer empty for none */
  function aSocket(path: string, bearer = token, options: ClientOptions = {}, protocols: string[] = []) {
    const headers: Record<string, string> = bearer === '' ? {} : { Authorization: `Bearer ${bearer}` };
    return new WebSocket(`ws://127.0.0.1:${gateway.port}${path}`, protocols, {
      ...options,
      headers: { ...headers, ...options.headers },
    });
  }

  async function anOpenSocket(...parameters: Parameters<typeof aSocket>): Promise<WebSocket> {
    const socket = aSocket(...parameters);
    await once(socket, 'open');
    return socket;
  }

  async function echoed(
    socket: WebSocket,
    message: string | Buffer,
  ): Promise<{ data: Buffer; isBinary: boolean }> {
    const answer = once(socket, 'message');
    socket.send(message);
    const [data, isBinary] = (await answer) as [Buffer, boolean];
    return { data, isBinary };
  }

  /** The code with which it is closed. */
  async function closing(socket: WebSocket): Promise<{ code: number; reason: string }> {
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
    return { code, reason: String(reason) };
  }

  /** The answer to a handshake that must not succeed. */
  async function refusal(...parameters: Parameters<typeof aSocket>): Promise<Answer> {
    const socket = aSocket(...parameters);
    socket.on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    const text = (await response.toArray()).join('');
    return {
      status: response.statusCode!,
      headers: new Headers(response.headers as Record<string, string>),
      text,
      json: /json/.test(response.headers['content-type'] ?? '') ? JSON.parse(text) : undefined,
    };
  }

  describe('that its token opens', () => {
    it('carries text, binary and pings both ways, also when they are large', async () => {
      const socket = await anOpenSocket('/events/7?topic=a');
      expect(await echoed(socket, 'héllo')).toEqual({ data: Buffer.from('héllo'), isBinary: false });
      const large = Buffer.alloc(5 * 2 ** 20, 'x');
      const { data, isBinary } = await echoed(socket, large);
      expect([data.equals(large), isBinary]).toEqual([true, true]);
      socket.ping('there?');
      expect(String((await once(socket, 'pong'))[0])).toBe('there?');
      socket.close(4000, 'enough');
      expect(await closing(socket)).toEqual({ code: 4000, reason: 'enough' });
    });

    it('tells the upstream who calls, and gives it neither the token nor what the client said of itself', async () => {
      const lies = { 'X-Identity': 'admin', X_User_Id: 'admin', 'X-Forwarded-For': '10.0.0.1' };
      const socket = await anOpenSocket('/events/7?topic=a', token, { headers: lies });
      const { url, headers, rawHeaders } = echo.requests[0]!;
      expect(url).toBe('/events/7?topic=a');
      expect(decodeJwt(String(headers['x-identity'])).claims).toMatchObject({ sub: gateway.person.sub });
      expect(headers['x-forwarded-for']).toBe('127.0.0.1');
      expect(rawHeaders.join()).not.toContain('admin');
      expect(rawHeaders.join()).not.toContain(token);
      socket.terminate();
    });

    it('speaks the subprotocol that the upstream chose', async () => {
      const socket = await anOpenSocket('/events/7', token, {}, ['chat.v1', 'chat.v2']);
      expect(socket.protocol).toBe('chat.v2');
      socket.terminate();
    });

    it('needs none on a route for everyone, whose upstream hears of nobody', async () => {
      const socket = await anOpenSocket('/open/7', '');
      expect(echo.requests[0]!.headers).not.toHaveProperty('x-identity');
      expect((await echoed(socket, 'x')).data.toString()).toBe('x');
      socket.terminate();
    });

    it('is one line of the log, when it is over', async () => {
      gateway.logs.length = 0;
      const socket = await anOpenSocket('/events/secret');
      socket.close();
      await closing(socket);
      const id = echo.requests[0]!.headers['x-request-id'];
      const lines = () =>
        gateway.logs
          .map((line) => JSON.parse(line))
          .filter((line) => line.request_id === id && line.msg === 'request');
      await vi.waitFor(() => expect(lines()).toHaveLength(1));
      expect(lines()).toMatchObject([
        {
          method: 'GET',
          status: 101,
          forwarded_by: 'events',
          client_id: gateway.client.id,
          sub: gateway.person.sub,
        },
      ]);
      expect(gateway.logs.join('')).not.toContain('secret');
    });
  });

  describe('is refused', () => {
    const expired = async () => {
      const { header, claims } = decodeJwt(token);
      const { privateKey } = await theServersKey(gateway);
      return signedWith(privateKey, header, { ...claims, exp: claims.iat - 1 });
    };

    it.each([
      ['without a token', '/events/7', 401, async () => ''],
      ['with an expired one', '/events/7', 401, expired],
      ['with one that is none', '/events/7', 401, async () => 'x.y.z'],
      ['with one of too little scope', '/events/7', 403, () => gateway.tokenFor('profile')],
      ['on a route without WebSockets', '/orders/7', 400, async () => token],
      ['where there is no route', '/nowhere', 404, async () => token],
      ['at a path with two readings', '/events/%2e%2e/orders', 400, async () => token],
      ['with the token in the query', `/events/7?access_token=x`, 400, async () => token],
      ['at a path of this server', '/health/live', 200, async () => token],
      ['at a path of this server that wants a token', '/userinfo', 401, async () => ''],
    ])('%s', async (_, path, status, aToken) => {
      const answer = await refusal(path, await aToken());
      expect(answer.status).toBe(status);
      expect(answer.headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff');
      if (status === 401 || status === 403)
        expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer /);
      if (status >= 400) expect(answer.json).toMatchObject({ status });
      expect(echo.requests).toEqual([]);
    });

    const HANDSHAKE = [
      ...['Host: a', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ];
    const SMUGGLED = 'GET /orders/smuggled HTTP/1.1\r\nHost: a\r\n\r\n';

    it.each<[string, number, string, (fields: string[]) => string[]]>([
      [
        'of another version',
        426,
        'GET',
        (fields) => fields.map((field) => field.replace('Version: 13', 'Version: 8')),
      ],
      [
        'without a version',
        426,
        'GET',
        (fields) => fields.filter((field) => !field.startsWith('Sec-WebSocket-V')),
      ],
      [
        'without a key',
        400,
        'GET',
        (fields) => fields.filter((field) => !field.startsWith('Sec-WebSocket-K')),
      ],
      [
        'with a key that is none',
        400,
        'GET',
        (fields) => fields.map((field) => field.replace('Key: dGhl', 'Key: !!!!')),
      ],
      ['with two keys', 400, 'GET', (fields) => [...fields, 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']],
      ['with a body', 400, 'GET', (fields) => [...fields, `Content-Length: ${SMUGGLED.length}`]],
      ['with chunks', 400, 'GET', (fields) => [...fields, 'Transfer-Encoding: chunked']],
      ['by POST', 400, 'POST', (fields) => fields],
      ['with two tokens', 400, 'GET', (fields) => [...fields, 'Authorization: Bearer x']],
      ['with two hosts', 400, 'GET', (fields) => [...fields, 'Host: b']],
    ])('%s, and what follows is no request', async (_, status, method, spoil) => {
      const fields = spoil([...HANDSHAKE, `Authorization: Bearer ${token}`]);
      const answer = await raw(
        gateway,
        `${method} /events/7 HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n${SMUGGLED}`,
      );
      expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`]);
      if (status === 426) {
        const named = ['Sec-WebSocket-Version', 'Upgrade', 'Connection'];
        expect(named.map((name) => answerOf(answer).headers.get(name))).toEqual([
          ...['13', 'websocket', 'Upgrade, close'],
        ]);
      }
      expect(echo.requests).toEqual([]);
    });

    it('and is no WebSocket at all by another name: the request is taken as it stands', async () => {
      for (const upgrade of ['h2c', 'TLS/1.0', 'websocket, h2c', 'foo']) {
        const fields = [
          'Host: a',
          'Connection: Upgrade, close',
          `Upgrade: ${upgrade}`,
          `Authorization: Bearer ${token}`,
        ];
        const answer = await raw(gateway, `GET /orders/7 HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`);
        expect(statusOf(answer)).toBe(200);
        expect(echo.requests.at(-1)!.headers).not.toHaveProperty('upgrade');
      }
    });
  });

  describe('that its upstream does not accept', () => {
    it('is answered as the upstream answers, with nothing of the inside', async () => {
      const { status, text, headers } = await refusal('/events/refused');
      expect([status, text]).toEqual([403, 'not you']);
      expect([headers.has('Server'), headers.has('X-User-Id')]).toEqual([false, false]);
    });

    it.each([
      ['that is not there', '/away/7', 502],
      ['that says nothing', '/events/silent', 504],
      ['that switches to something else', '/events/tricked', 502],
    ])('is answered with a problem for one %s', async (_, path, status) => {
      const answer = await refusal(path);
      expect(answer).toMatchObject({
        status,
        json: { status, request_id: answer.headers.get('X-Request-Id') },
      });
      expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONN/);
    });

    it('is answered with 503 where as many are open as may be, and taken when one has gone', async () => {
      const first = await anOpenSocket('/one/7');
      expect((await refusal('/one/7')).status).toBe(503);
      first.close();
      await closing(first);
      await vi.waitFor(async () => {
        const second = await anOpenSocket('/one/7');
        second.terminate();
      });
    });
  });

  describe('ends', () => {
    it('with its token', async () => {
      const brief = await aConfidentialClient(gateway, { scope: ['orders:read'], accessTokenTtl: 2 });
      const { access_token: ending } = (await signIn(gateway, brief, gateway.person)).json;
      const opened = performance.now();
      const socket = await anOpenSocket('/events/7', ending);
      const other = await anOpenSocket('/events/7');
      expect((await echoed(socket, 'still there')).data.toString()).toBe('still there');
      expect(await closing(socket)).toEqual({ code: 1008, reason: 'The access token has ended.' });
      expect(performance.now() - opened).toBeLessThan(4_000);
      expect((await echoed(other, 'me too')).data.toString()).toBe('me too');
      other.terminate();
      await vi.waitFor(() => expect(echo.sockets.clients.size).toBe(0));
    });

    it.each<
      [string, (client: { id: string; secret: string | undefined }, token: string) => Promise<unknown>]
    >([
      ['is revoked', (client, revoked) => post(gateway, '/revoke', client, { token: revoked })],
      ['loses its scope', ({ id }) => gateway.app.get(ClientRegistry).change(id, { scope: ['profile'] })],
      ['loses its client', ({ id }) => gateway.app.get(ClientRegistry).change(id, { status: 'disabled' })],
    ])('within seconds when its token %s', async (_, end) => {
      const client = await aConfidentialClient(gateway, { scope: ['orders:read', 'profile'] });
      const { access_token: ending } = (await signIn(gateway, client, gateway.person)).json;
      const socket = await anOpenSocket('/events/7', ending);
      const began = performance.now();
      await end(client, ending);
      expect((await closing(socket)).code).toBe(1008);
      expect(performance.now() - began).toBeLessThan(7_000);
    });

    it('with its upstream, for the reason that this one says', async () => {
      const socket = await anOpenSocket('/events/7');
      for (const peer of echo.sockets.clients) peer.close(4001, 'closing time');
      expect(await closing(socket)).toEqual({ code: 4001, reason: 'closing time' });
      const broken = await anOpenSocket('/events/7');
      for (const peer of echo.sockets.clients) peer.terminate();
      expect((await closing(broken)).code).toBe(1006);
    });

    it('at the upstream when the client has gone, however it went', async () => {
      const socket = await anOpenSocket('/events/7');
      const [peer] = echo.sockets.clients;
      socket.terminate();
      expect((await closing(peer!)).code).toBe(1006);
    });

    it('after the silence that its route allows, and not while something moves', async () => {
      const socket = await anOpenSocket('/brisk/7');
      const began = performance.now();
      for (let at = 0; at < 4; at += 1) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        await echoed(socket, 'still there');
      }
      expect((await closing(socket)).code).toBe(1006);
      expect(performance.now() - began).toBeGreaterThan(1_150);
    });

    it('with the server, which says so', async () => {
      const stopping = await startRoutedGateway(routesTo(echo.origin));
      const socket = new WebSocket(`ws://127.0.0.1:${stopping.port}/events/7`, {
        headers: { Authorization: `Bearer ${await stopping.tokenFor('orders:read')}` },
      });
      await once(socket, 'open');
      const ended = closing(socket);
      await stopping.close();
      expect(await ended).toEqual({ code: 1001, reason: 'The server is stopping.' });
    });
  });
});
