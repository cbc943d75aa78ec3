import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerOf, raw, statusOf } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { type RecordingUpstream, lastOf, startRecordingUpstream } from '../../support/upstream-recorder.js';

const ORDINARY = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Methods that Node's parser knows; a route serves them where it names them. */
const EXTENSIONS = ['PROPFIND', 'MKCOL', 'COPY', 'LOCK', 'REPORT', 'PURGE', 'SEARCH', 'QUERY', 'LINK'];

describe('a request line', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;
  let token: string;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    const to = upstream.origin;
    gateway = await startRoutedGateway([
      { id: 'any', path: '/any/**', upstream: to },
      { id: 'named', path: '/named/**', methods: EXTENSIONS, upstream: to },
      { id: 'read', path: '/orders/**', methods: ['GET'], scopes: ['orders:read'], upstream: to },
      {
        id: 'write',
        path: '/orders/**',
        methods: ['POST', 'PROPFIND'],
        scopes: ['orders:write'],
        upstream: to,
      },
    ]);
    token = await gateway.tokenFor('orders:read');
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  beforeEach(() => upstream.forget());

  async function ask(line: string, headers: string[] = [], host = ['Host: api.example']): Promise<string> {
    const fields = [...host, 'Connection: close', ...headers].join('\r\n');
    return raw(gateway, `${line} HTTP/1.1\r\n${fields}\r\n\r\n`);
  }

  const bearer = (): string => `Authorization: Bearer ${token}`;

  describe('its method (ASVS 4.1.4)', () => {
    it.each([
      ...ORDINARY.map((method) => [method, '/any/7']),
      ...EXTENSIONS.map((method) => [method, '/named/7']),
    ])('%s at %s needs a token, and is forwarded with one', async (method, path) => {
      const refused = await ask(`${method} ${path}`);
      expect(statusOf(refused)).toBe(401);
      expect(refused).toMatch(/www-authenticate: Bearer /i);
      expect(upstream.wire).toBe('');
      expect(statusOf(await ask(`${method} ${path}`, [bearer()]))).toBe(200);
      expect(lastOf(upstream).line).toBe(`${method} ${path}`);
    });

    it.each(EXTENSIONS)('%s is refused where no route names it', async (method) => {
      const answer = answerOf(await ask(`${method} /any/7`, [bearer()]));
      expect(answer.status).toBe(405);
      expect(answer.headers.get('Allow')).toBe('DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT');
      expect(upstream.wire).toBe('');
    });

    it.each(['TRACE', 'CONNECT', 'FOO', 'get', 'Get', 'GET\u000b', 'DEBUG', 'TRACK'])(
      '%s is nobody’s, with or without a token',
      async (method) => {
        for (const headers of [[], [bearer()]]) {
          for (const path of ['/any/7', '/orders/7', '/token', '/nowhere']) {
            const answer = await ask(`${method} ${path}`, headers);
            expect([400, 404, 405]).toContain(statusOf(answer));
            if (statusOf(answer) === 405) expect(answer).toMatch(/^allow: [A-Z, ]+\r$/im);
          }
        }
        expect(upstream.wire).toBe('');
      },
    );

    it.each(['CONNECT api.example:443', 'CONNECT 127.0.0.1:80', 'CONNECT /any/7'])(
      '%s opens no tunnel',
      async (line) => {
        const answer = await ask(line, [bearer()]);
        expect(statusOf(answer)).toBe(405);
        expect(answerOf(answer).headers.get('Connection')).toBe('close');
        expect(upstream.wire).toBe('');
      },
    );

    it.each(['DELETE', 'PUT', 'OPTIONS', 'COPY', 'FOO'])(
      '%s is answered 405 with Allow where no route serves it',
      async (method) => {
        const answer = answerOf(await ask(`${method} /orders/7`, [bearer()]));
        expect([answer.status, answer.headers.get('Allow')]).toEqual([405, 'GET, HEAD, POST, PROPFIND']);
        expect(upstream.wire).toBe('');
      },
    );

    it.each([
      ['GET', 200],
      ['HEAD', 200],
      ['POST', 403],
      ['PROPFIND', 403],
    ])('%s has scopes of its own: %i', async (method, status) => {
      expect(statusOf(await ask(`${method} /orders/7`, [bearer()]))).toBe(status);
      expect(upstream.requests.map(({ line }) => line)).toEqual(
        status === 200 ? [`${method} /orders/7`] : [],
      );
    });

    it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', 'x_http_method_override'])(
      'is what it is, whatever %s says',
      async (name) => {
        expect(statusOf(await ask('GET /orders/7', [bearer(), `${name}: POST`]))).toBe(200);
        expect(lastOf(upstream).line).toBe('GET /orders/7');
        expect(upstream.wire.toLowerCase()).not.toContain('override');
        upstream.forget();
        expect(statusOf(await ask('POST /orders/7', [bearer(), `${name}: GET`]))).toBe(403);
        expect(upstream.wire).toBe('');
      },
    );

    it('OPTIONS as a preflight is answered here and never forwarded', async () => {
      const preflight = ['Origin: https://evil', 'Access-Control-Request-Method: GET'];
      const answer = answerOf(await ask('OPTIONS /any/7', preflight));
      expect(answer.status).toBe(204);
      expect(answer.headers.has('Access-Control-Allow-Origin')).toBe(false);
      expect(upstream.wire).toBe('');
    });
  });

  describe('its Host (RFC 9112 §3.2)', () => {
    it.each([
      ['none', []],
      ['an empty one', ['Host:']],
      ['two', ['Host: api.example', 'Host: api.example']],
      ['two that differ', ['Host: api.example', 'Host: evil']],
      ['two in one', ['Host: api.example, evil']],
      ['one with a space', ['Host: a b']],
      ['one with a path', ['Host: a/b']],
      ['one with a user', ['Host: user@a']],
      ['one with an escape', ['Host: a%00b']],
      ['one with a control character', ['Host: a\u000bb']],
    ])('is refused: %s', async (_, host) => {
      expect(statusOf(await ask('GET /any/7', [bearer()], host))).toBe(400);
      expect(upstream.wire).toBe('');
    });

    it.each(['a', 'a:1', 'localhost', '127.0.0.1', '169.254.169.254', '[::1]:80'])(
      'is not believed: to the upstream %s is no name of this server',
      async (host) => {
        expect(statusOf(await ask('GET /any/7', [bearer()], [`Host: ${host}`]))).toBe(200);
        const received = lastOf(upstream).rawHeaders;
        expect(received.filter((_, at) => /^(x-forwarded-)?host$/i.test(received[at - 1] ?? ''))).toEqual([
          new URL(upstream.origin).host,
          `localhost:${gateway.port}`,
        ]);
      },
    );

    it('is not needed in HTTP/1.0, and gets no keep-alive there', async () => {
      const answer = await raw(gateway, `GET /any/7 HTTP/1.0\r\n${bearer()}\r\n\r\n`);
      expect(statusOf(answer)).toBe(200);
      expect(lastOf(upstream).line).toBe('GET /any/7');
    });
  });

  describe('its target (RFC 9112 §3.2.2)', () => {
    it.each([
      'http://api.example/any/7',
      'https://api.example/any/7',
      'HTTP://API.EXAMPLE/any/7',
      'http://evil/any/7',
      'http://api.example@evil/any/7',
      'http://api.example',
      'ftp://api.example/any/7',
      'any/7',
      '*',
      '?x',
      'api.example:80',
    ])('is refused in another form than a path: %s', async (target) => {
      const answer = await ask(`GET ${target}`, [bearer()]);
      expect([400, 404]).toContain(statusOf(answer));
      expect(upstream.wire).toBe('');
    });

    it('is refused beyond 8 KiB, and below it arrives whole (ASVS 4.2)', async () => {
      expect(statusOf(await ask(`GET /any/${'a'.repeat(8_200)}`, [bearer()]))).toBe(414);
      expect(upstream.wire).toBe('');
      const long = `/any/${'a'.repeat(100)}?${'b'.repeat(8_000)}`;
      expect(statusOf(await ask(`GET ${long}`, [bearer()]))).toBe(200);
      expect(lastOf(upstream).line).toBe(`GET ${long}`);
    });

    it('may have a segment longer than a parameter of ours', async () => {
      const long = `/any/${'a'.repeat(2_000)}/b`;
      expect(statusOf(await ask(`GET ${long}`, [bearer()]))).toBe(200);
      expect(lastOf(upstream).line).toBe(`GET ${long}`);
    });
  });

  describe('its fields (ASVS 4.2)', () => {
    it.each([
      ['too many', () => Array.from({ length: 110 }, (_, at) => `X-${at}: 1`)],
      ['too long', () => [`X-Long: ${'a'.repeat(17_000)}`]],
    ])('are refused when they are %s, without the framework’s banner', async (_, fields) => {
      const answer = answerOf(await ask('GET /any/7', [bearer(), ...fields()]));
      expect(answer.status).toBe(431);
      expect(answer.json).toMatchObject({ status: 431 });
      expect(answer.text).not.toMatch(/fastify|node|HPE_/i);
      expect(upstream.wire).toBe('');
    });
  });
});
