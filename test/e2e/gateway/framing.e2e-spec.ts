import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type Socket, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { raw, statusOf } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import {
  type RecordingUpstream,
  lastOf,
  startRecordingUpstream,
  valuesAt,
} from '../../support/upstream-recorder.js';

/** What an attacker wants the upstream to take for a request of its own. */
const SMUGGLED = 'GET /admin/smuggled HTTP/1.1\r\nHost: a\r\n\r\n';

describe('how a request is framed (RFC 9112 §6)', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;
  let token: string;
  /** What the upstream answers. */
  let respond: RequestListener;

  beforeAll(async () => {
    upstream = await startRecordingUpstream((request, response) => respond(request, response));
    const to = upstream.origin;
    gateway = await startRoutedGateway([
      { id: 'orders', path: '/orders/**', scopes: ['orders:read'], upstream: to },
      { id: 'admin', path: '/admin/**', scopes: ['admin:all'], upstream: to },
      { id: 'small', path: '/small/**', max_body: '8B', upstream: to },
    ]);
    token = await gateway.tokenFor('orders:read');
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  beforeEach(() => {
    upstream.forget();
    respond = (request, response) => void request.resume().on('end', () => response.end('answered'));
  });

  const post = (headers: string[], rest: string, path = '/orders/7') =>
    ['POST ' + path + ' HTTP/1.1', 'Host: a', `Authorization: Bearer ${token}`, ...headers, '', rest].join(
      '\r\n',
    );

  const statuses = (text: string) =>
    [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));

  describe('with one meaning', () => {
    it.each([
      ['a length', ['Content-Length: 5'], 'hello'],
      ['chunks', ['Transfer-Encoding: chunked'], '3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n'],
      ['chunks by another spelling', ['transfer-encoding: CHUNKED'], '5\r\nhello\r\n0\r\n\r\n'],
      ['a chunk size with zeros', ['Transfer-Encoding: chunked'], '0005\r\nhello\r\n000\r\n\r\n'],
    ])('arrives, and so does what comes after it: %s', async (_, headers, body) => {
      const next = `GET /orders/8 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`;
      const answer = await raw(gateway, post(headers, body) + next);
      expect(statuses(answer)).toEqual([200, 200]);
      // The one may overtake the other on its way, over another connection.
      const arrived = upstream.requests.map(({ line, body: text }) => `${line} ${text}`);
      expect(arrived.toSorted()).toEqual(['GET /orders/8 ', 'POST /orders/7 hello']);
    });

    it.each([
      ['extensions', '5;a=b;c="d"\r\nhello\r\n0;e\r\n\r\n'],
      ['trailers', '5\r\nhello\r\n0\r\nX-User-Id: 1\r\nAuthorization: Basic x\r\n\r\n'],
    ])('arrives without %s of its chunks, or not at all (RFC 9112 §7.1)', async (_, body) => {
      const answer = await raw(gateway, post(['Transfer-Encoding: chunked', 'Connection: close'], body));
      if (statusOf(answer) === 200) expect(lastOf(upstream)).toMatchObject({ body: 'hello', isWhole: true });
      else expect(statusOf(answer)).toBe(400);
      expect(upstream.wire).not.toMatch(/a=b|;e|X-User-Id|Basic x/);
    });

    it.each([
      ['Transfer-Encoding: gzip, chunked'],
      ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
      ['Transfer-Encoding: chunked', 'Connection: transfer-encoding', 'Transfer-Encoding: chunked'],
    ])(
      'is refused with another coding under its chunks, which would be lost: %s (RFC 9112 §6.1)',
      async (...fields) => {
        const answer = await raw(gateway, post([...fields, 'Connection: close'], '5\r\nhello\r\n0\r\n\r\n'));
        expect([400, 501]).toContain(statusOf(answer));
        expect(upstream.wire).toBe('');
      },
    );

    it('is framed anew, once', async () => {
      await raw(
        gateway,
        post(['Transfer-Encoding: chunked', 'Connection: close'], '5\r\nhello\r\n0\r\n\r\n'),
      );
      expect(valuesAt(lastOf(upstream), 'Transfer-Encoding')).toEqual(['chunked']);
      expect(valuesAt(lastOf(upstream), 'Content-Length')).toEqual([]);
      upstream.forget();
      const fields = [
        'Content-Length: 5',
        'Content_Length: 50',
        'Content.Length: 0',
        'Transfer_Encoding: chunked',
      ];
      await raw(gateway, post([...fields, 'Connection: close'], 'hello'));
      expect(lastOf(upstream).body).toBe('hello');
      expect(valuesAt(lastOf(upstream), 'Content-Length')).toEqual(['5']);
      expect(valuesAt(lastOf(upstream), 'Transfer-Encoding')).toEqual([]);
    });
  });

  describe('with two meanings', () => {
    it.each([
      ['a length and chunks', ['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${SMUGGLED}`],
      ['chunks and a length', ['Transfer-Encoding: chunked', 'Content-Length: 4'], `0\r\n\r\n${SMUGGLED}`],
      [
        'a length of all and chunks',
        [`Content-Length: ${5 + SMUGGLED.length}`, 'Transfer-Encoding: chunked'],
        `0\r\n\r\n${SMUGGLED}`,
      ],
      ['two lengths', ['Content-Length: 0', `Content-Length: ${SMUGGLED.length}`], SMUGGLED],
      ['two lengths alike', ['Content-Length: 5', 'Content-Length: 5'], `hello${SMUGGLED}`],
      ['two lengths in one', ['Content-Length: 5, 5'], `hello${SMUGGLED}`],
      ['a length with a sign', ['Content-Length: +5'], `hello${SMUGGLED}`],
      ['a negative length', ['Content-Length: -1'], SMUGGLED],
      ['a length in hexadecimals', ['Content-Length: 0x5'], `hello${SMUGGLED}`],
      ['a length with a fraction', ['Content-Length: 5.0'], `hello${SMUGGLED}`],
      ['an empty length', ['Content-Length: '], SMUGGLED],
      ['a length beyond counting', ['Content-Length: 18446744073709551621'], `hello${SMUGGLED}`],
      ['another coding', ['Transfer-Encoding: xchunked'], `0\r\n\r\n${SMUGGLED}`],
      ['a coding after chunks', ['Transfer-Encoding: chunked, identity'], `0\r\n\r\n${SMUGGLED}`],
      ['chunks twice', ['Transfer-Encoding: chunked, chunked'], `0\r\n\r\n${SMUGGLED}`],
      ['chunks in quotes', ['Transfer-Encoding: "chunked"'], `0\r\n\r\n${SMUGGLED}`],
      ['chunks with a control character', ['Transfer-Encoding: \u000bchunked'], `0\r\n\r\n${SMUGGLED}`],
      ['chunks in a folded field', ['Transfer-Encoding:', ' chunked'], `0\r\n\r\n${SMUGGLED}`],
      [
        'a folded name',
        ['X-Fold: a', ' Transfer-Encoding: chunked', 'Content-Length: 0'],
        `0\r\n\r\n${SMUGGLED}`,
      ],
      ['a space before the colon', ['Transfer-Encoding : chunked'], `0\r\n\r\n${SMUGGLED}`],
      ['a tab before the colon', ['Content-Length\t: 0'], SMUGGLED],
      ['a field without a colon', ['Transfer-Encoding', 'Content-Length: 0'], SMUGGLED],
      [
        'a bare line feed after a field',
        ['X: y\nTransfer-Encoding: chunked', 'Content-Length: 0'],
        `0\r\n\r\n${SMUGGLED}`,
      ],
      [
        'a bare carriage return in a field',
        ['X: y\rTransfer-Encoding: chunked', 'Content-Length: 0'],
        `0\r\n\r\n${SMUGGLED}`,
      ],
      ['a NUL in a field', ['X: y\0Transfer-Encoding: chunked', 'Content-Length: 0'], `0\r\n\r\n${SMUGGLED}`],
    ])('is refused, and what follows is no request: %s', async (_, headers, rest) => {
      const answer = await raw(gateway, post(headers, rest));
      expect(statuses(answer)).toEqual([400]);
      expect(answer).toMatch(/^connection: close\r$/im);
      expect(upstream.requests).toEqual([]);
      expect(upstream.wire).toBe('');
    });

    it.each([
      ['is ended by bare line feeds', (text: string) => text.replaceAll('\r\n', '\n')],
      ['has a bare line feed in its request line', (text: string) => text.replace('\r\n', '\n')],
      ['begins with a space', (text: string) => ` ${text}`],
      ['ends its head with a bare line feed', (text: string) => text.replace('\r\n\r\n', '\n\n')],
    ])('is refused when it %s', async (_, spoil) => {
      const answer = await raw(gateway, spoil(post(['Content-Length: 0', 'Connection: close'], SMUGGLED)));
      expect(statuses(answer)).toEqual([400]);
      expect(upstream.wire).toBe('');
    });
  });

  describe('with a body that goes wrong on its way', () => {
    it.each([
      ['a chunk size that is no number', 'ZZ\r\n'],
      ['a chunk size with a sign', '+5\r\nhello\r\n'],
      ['a chunk size by another name', '0x5\r\nhello\r\n'],
      ['a chunk size beyond counting', 'FFFFFFFFFFFFFFFFF\r\n'],
      ['a chunk longer than it says', '2\r\nhello\r\n0\r\n\r\n'],
      ['a chunk ended by a bare line feed', '5\nhello\r\n0\r\n\r\n'],
      ['a chunk without an end', `5\r\nhello0\r\n\r\n${SMUGGLED}`],
      ['a bare line feed in an extension', `5;\nhello\r\n0\r\n\r\n${SMUGGLED}`],
      ['a last chunk ended by a bare line feed', `0\n\n${SMUGGLED}`],
      ['a space in a chunk size', `5 5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`],
    ])('is never taken for whole: %s', async (_, rest) => {
      const { socket, received } = await aConnection();
      socket.write(post(['Transfer-Encoding: chunked'], '3\r\nabc\r\n'));
      await vi.waitFor(() => expect(lastOf(upstream).body).toBe('abc'));
      socket.write(rest);
      await once(socket, 'close');
      expect(statuses(received())).toEqual([400]);
      await vi.waitFor(() => expect(lastOf(upstream).isBrokenOff).toBe(true));
      expect(upstream.requests).toMatchObject([{ line: 'POST /orders/7', isWhole: false }]);
      expect(upstream.wire).not.toContain('smuggled');
    });

    it('that ends too soon is not whole either', async () => {
      const socket = connect(gateway.port, '127.0.0.1', () =>
        socket.write(post(['Content-Length: 100'], 'only this')),
      );
      await vi.waitFor(() => expect(upstream.requests).toHaveLength(1));
      await vi.waitFor(() => expect(lastOf(upstream).body).toBe('only this'));
      expect(lastOf(upstream).isBrokenOff).toBe(false);
      socket.destroy();
      await vi.waitFor(() => expect(lastOf(upstream).isBrokenOff).toBe(true));
      expect(lastOf(upstream).isWhole).toBe(false);
    });
  });

  describe('with more behind it', () => {
    const LAST = 'GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

    it.each([
      ['a length', [`Content-Length: ${SMUGGLED.length}`], SMUGGLED],
      [
        'chunks',
        ['Transfer-Encoding: chunked'],
        `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`,
      ],
    ])('has its body taken for a body, forwarded or refused: %s', async (_, headers, body) => {
      expect(statuses(await raw(gateway, post(headers, body) + LAST))).toEqual([200, 200]);
      expect(lastOf(upstream).body).toBe(SMUGGLED);
      upstream.forget();

      const places = [
        ['/admin/7', 403],
        ['/nowhere', 404],
        ['/orders/..%2fadmin', 400],
        ['/small/7', 413],
      ] as const;
      for (const [path, status] of places) {
        const answer = await raw(gateway, post(headers, body, path) + LAST);
        expect([[status], [status, 200]]).toContainEqual(statuses(answer));
        if (path !== '/small/7') expect(upstream.wire).toBe('');
      }
      const withoutToken = (post(headers, body) + LAST).replace(/^Authorization: .*\r\n/m, '');
      expect([[401], [401, 200]]).toContainEqual(statuses(await raw(gateway, withoutToken)));
      expect(upstream.requests.filter(({ isWhole }) => isWhole)).toEqual([]);
    });

    it.each(['/orders/7', '/small/7', '/admin/7', '/nowhere'])(
      'that it was told to wait with is a body too, whatever was answered: %s',
      async (path) => {
        const { socket, received } = await aConnection();
        socket.write(post([`Content-Length: ${SMUGGLED.length}`, 'Expect: 100-continue'], '', path));
        await once(socket, 'data');
        // A client may send the body after a refusal as well as not: RFC 9110 §10.1.1.
        socket.write(SMUGGLED + LAST);
        await once(socket, 'close');
        const answered = statuses(received()).filter((status) => status !== 100);
        expect(answered.length).toBeLessThanOrEqual(2);
        expect(answered.slice(1)).toEqual(answered.length === 2 ? [200] : []);
        expect(upstream.requests.map(({ line, body }) => [line, body])).toEqual(
          path === '/orders/7' ? [['POST /orders/7', SMUGGLED]] : [],
        );
      },
    );

    it('is refused, and the request behind it judged for itself', async () => {
      const both = `${SMUGGLED}${post(['Content-Length: 0'], '')}${SMUGGLED}${LAST}`;
      expect(statuses(await raw(gateway, both))).toEqual([401, 200, 401, 200]);
      expect(upstream.requests.map(({ line }) => line)).toEqual(['POST /orders/7']);
    });

    it('keeps its answers in order, though the first takes longest', async () => {
      respond = (request, response) => {
        const at = Number(request.url!.split('/').at(-1));
        request.resume().on('end', () => setTimeout(() => response.end(`answer ${at};`), 100 - 10 * at));
      };
      const places = Array.from({ length: 10 }, (_, at) => at);
      const many = places.map((at) => post(['Content-Length: 2'], 'ok', `/orders/${at}`));
      const text = await raw(gateway, many.join('') + LAST);
      expect(statuses(text)).toEqual(Array(11).fill(200));
      expect(text.match(/answer \d+/g)).toEqual(places.map((at) => `answer ${at}`));
    });

    it('after a whole one, garbage is refused and nothing of it forwarded', async () => {
      const { socket, received } = await aConnection();
      socket.write(post(['Transfer-Encoding: chunked'], '0\r\n\r\n'));
      await vi.waitFor(() => expect(received()).toContain('answered'));
      socket.write(`0\r\n${SMUGGLED}`);
      await once(socket, 'close');
      expect(statuses(received())).toEqual([200, 400]);
      expect(upstream.requests).toHaveLength(1);
      expect(upstream.wire).not.toContain('smuggled');
    });
  });

  async function aConnection(): Promise<{ socket: Socket; received: () => string }> {
    const socket = connect(gateway.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.setTimeout(5_000, () => socket.destroy());
    await once(socket, 'connect');
    return { socket, received: () => text };
  }
});
