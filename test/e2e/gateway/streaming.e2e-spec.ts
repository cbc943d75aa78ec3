import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Socket, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { raw, rawPost, statusOf } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { type RecordingUpstream, lastOf, startRecordingUpstream } from '../../support/upstream-recorder.js';

/** Of the server, far shorter than the real ones. Milliseconds. */
const DEADLINES = { headersMs: 500, requestMs: 600, idleMs: 900, keepAliveMs: 400, checkMs: 50 };

/** How much later than its deadline something may happen on a busy machine. Milliseconds. */
const SLACK = 2_500;

/** More than all buffers on the way hold, those of the kernel included. */
const MUCH = 64 * 2 ** 20;
const CHUNK = Buffer.alloc(64 * 1024, 'x');

describe('a forwarded body', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;
  let token: string;
  /** What the upstream does with the next request. */
  let answer: RequestListener;

  beforeAll(async () => {
    upstream = await startRecordingUpstream((request, response) => answer(request, response));
    const to = upstream.origin;
    gateway = await startRoutedGateway(
      [
        { id: 'streams', path: '/streams/**', upstream: to },
        { id: 'brisk', path: '/brisk/**', upstream: to, timeouts: { idle: '500ms' } },
        { id: 'small', path: '/small/**', upstream: to, max_body: '1KiB' },
        {
          id: 'nowhere',
          path: '/nowhere/**',
          audience: 'https://nowhere.example',
          upstream: 'http://127.0.0.1:9',
        },
        {
          id: 'shut',
          path: '/shut/**',
          audience: 'https://nowhere.example',
          upstream: { targets: ['http://127.0.0.1:9'], breaker: { failures: 1, open: '60s' } },
        },
      ],
      { deadlines: DEADLINES },
    );
    token = await gateway.tokenFor('orders:read');
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  beforeEach(() => upstream.forget());

  const head = (line: string, fields: string[] = []) =>
    [`${line} HTTP/1.1`, 'Host: a', `Authorization: Bearer ${token}`, ...fields, '', ''].join('\r\n');

  describe('on its way down', () => {
    it('comes event by event, each before the next is made', async () => {
      const stream = Promise.withResolvers<ServerResponse>();
      answer = (_, response) =>
        stream.resolve(response.writeHead(200, { 'Content-Type': 'text/event-stream' }));
      const client = await aConnection(head('GET /streams/events'));
      for (let event = 1; event <= 5; event += 1) {
        (await stream.promise).write(`data: ${event}\n\n`);
        await client.receives(`data: ${event}\n\n`);
      }
      expect(client.received()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      (await stream.promise).end();
      await client.receives('\r\n0\r\n\r\n');
    });

    it('begins before its first byte', async () => {
      answer = (_, response) =>
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      const client = await aConnection(head('GET /streams/quiet'));
      await client.receives('\r\n\r\n');
      expect(client.received()).toMatch(/^content-type: text\/event-stream\r$/im);
      client.socket.destroy();
    });

    it('may last longer than any deadline of this server, and be silent for longer', async () => {
      answer = (_, response) => {
        response.write('first');
        setTimeout(() => response.end('last'), DEADLINES.idleMs * 2);
      };
      const began = performance.now();
      const text = await raw(gateway, head('GET /streams/long', ['Connection: close']));
      expect(text).toMatch(/first[^]*last[^]*\r\n0\r\n\r\n$/);
      expect(performance.now() - began).toBeGreaterThan(DEADLINES.idleMs * 2 - 50);
    });

    it('is made only as fast as the client reads', async () => {
      let made = 0;
      answer = (_, response) => {
        const more = (): void => {
          while (made < MUCH) {
            made += CHUNK.length;
            if (!response.write(CHUNK)) return;
          }
          response.end();
        };
        response.on('drain', more);
        more();
      };
      const client = await aConnection(head('GET /streams/large', ['Connection: close']), { reads: false });
      expect(await standsStill(() => made)).toBeLessThan(MUCH / 2);
      let read = 0;
      client.socket.on('data', (bytes) => (read += bytes.length)).resume();
      await client.closed;
      expect([made, read > MUCH]).toEqual([MUCH, true]);
    });

    it('is no longer made for a client that reads nothing of it for as long as its route allows', async () => {
      const closed = Promise.withResolvers<void>();
      answer = (_, response) => {
        response.once('close', () => closed.resolve());
        const more = (): void => {
          while (!response.destroyed && response.write(CHUNK));
        };
        response.on('drain', more);
        more();
      };
      const client = await aConnection(head('GET /brisk/unread'), { reads: false });
      const began = performance.now();
      await closed.promise;
      expect(performance.now() - began).toBeLessThan(500 + SLACK);
      client.socket.resume();
      await client.closed;
    });

    it('is no longer made once the client has gone', async () => {
      const closed = Promise.withResolvers<void>();
      answer = (_, response) => {
        response.write('first');
        response.once('close', () => closed.resolve());
      };
      gateway.logs.length = 0;
      const client = await aConnection(head('GET /streams/left'));
      await client.receives('first');
      client.socket.destroy();
      await closed.promise;
      await vi.waitFor(() =>
        expect(lines()).toMatchObject([{ status: 200, aborted: true, forwarded_by: 'streams' }]),
      );
    });

    it.each([
      ['chunks', {}],
      ['a length', { 'Content-Length': '100' }],
    ])('in %s never looks whole when the upstream breaks it off', async (_, fields) => {
      answer = (_request, response) => {
        response.writeHead(200, fields).write('first');
        setImmediate(() => response.destroy());
      };
      const text = await raw(gateway, head('GET /streams/broken'));
      expect(statusOf(text)).toBe(200);
      expect(text).toMatch(/first/);
      expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
    });

    it('that stands still for longer than its route allows is broken off', async () => {
      answer = (_, response) => response.write('first');
      const began = performance.now();
      const text = await raw(gateway, head('GET /brisk/stuck'));
      expect(text).toMatch(/first/);
      expect(text).not.toMatch(/\r\n0\r\n\r\n$/);
      expect(performance.now() - began).toBeLessThan(500 + SLACK);
    });
  });

  describe('on its way up', () => {
    /** Answers with what it got. */
    const echo: RequestListener = (request, response) => void request.pipe(response);

    it('arrives as it comes, and its answer comes meanwhile', async () => {
      answer = echo;
      const client = await aConnection(head('POST /streams/echo', ['Transfer-Encoding: chunked']));
      for (const word of ['one', 'two', 'six']) {
        client.socket.write(`3\r\n${word}\r\n`);
        await client.receives(word);
      }
      expect(lastOf(upstream)).toMatchObject({ body: 'onetwosix', isWhole: false });
      client.socket.write('0\r\n\r\n');
      await client.receives('\r\n0\r\n\r\n');
      expect(lastOf(upstream).isWhole).toBe(true);
    });

    it('may take longer than a request to this server itself', async () => {
      answer = echo;
      const bytes = Math.ceil((DEADLINES.requestMs * 2.5) / 100);
      const client = await aConnection(
        head('POST /streams/slow', [`Content-Length: ${bytes}`, 'Connection: close']),
      );
      const began = performance.now();
      for (let at = 0; at < bytes; at += 1) {
        client.socket.write('x');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await client.closed;
      expect(performance.now() - began).toBeGreaterThan(DEADLINES.requestMs * 2);
      expect(statusOf(client.received())).toBe(200);
      expect(lastOf(upstream)).toMatchObject({ body: 'x'.repeat(bytes), isWhole: true });

      const itself = await aConnection(
        head('POST /token', ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 1000']),
      );
      const drops = setInterval(() => itself.socket.write('x'), 100);
      await itself.closed;
      clearInterval(drops);
      expect(statusOf(itself.received())).toBe(408);
    });

    it('may pause for longer than this server’s own silence, but not than its route’s', async () => {
      answer = echo;
      const patient = await aConnection(
        head('POST /streams/pausing', ['Content-Length: 2', 'Connection: close']),
      );
      patient.socket.write('a');
      await vi.waitFor(() => expect(lastOf(upstream).body).toBe('a'));
      await new Promise((resolve) => setTimeout(resolve, DEADLINES.idleMs + 600));
      patient.socket.write('b');
      await patient.closed;
      expect(statusOf(patient.received())).toBe(200);
      expect(lastOf(upstream)).toMatchObject({ body: 'ab', isWhole: true });

      upstream.forget();
      answer = () => undefined;
      const began = performance.now();
      expect(statusOf(await raw(gateway, `${head('POST /brisk/pausing', ['Content-Length: 2'])}a`))).toBe(
        408,
      );
      expect(performance.now() - began).toBeLessThan(500 + SLACK);
      await vi.waitFor(() => expect(lastOf(upstream).isBrokenOff).toBe(true));
    });

    it('comes whole to a client that closed its side, however late it begins', async () => {
      const respond = Promise.withResolvers<ServerResponse>();
      answer = (_, response) => respond.resolve(response);
      const client = await aConnection(head('GET /streams/late', ['Connection: close']));
      client.socket.end();
      const response = await respond.promise;
      await client.receives('HTTP/1.1 102 Processing');
      response.end('all of it');
      await client.closed;
      expect(client.received()).toMatch(/HTTP\/1\.1 200 OK\r\n[^]*all of it/);
    });

    it('is taken only as fast as the upstream reads', async () => {
      const taken = Promise.withResolvers<IncomingMessage>();
      answer = (request, response) => {
        taken.resolve(request.pause());
        request.on('end', () => response.end('all of it'));
      };
      const client = await aConnection(
        head('POST /streams/large', [`Content-Length: ${MUCH}`, 'Connection: close']),
      );
      let sent = 0;
      const more = (): void => {
        while (sent < MUCH) {
          sent += CHUNK.length;
          if (!client.socket.write(CHUNK)) return;
        }
      };
      client.socket.on('drain', more);
      more();
      const request = await taken.promise;
      expect(await standsStill(() => sent)).toBeLessThan(MUCH / 2);
      request.resume();
      await client.receives('all of it');
      expect(sent).toBe(MUCH);
    });

    it('that breaks off is broken off at the upstream', async () => {
      answer = () => undefined;
      const client = await aConnection(`${head('POST /streams/left', ['Content-Length: 10'])}half`);
      await vi.waitFor(() => expect(lastOf(upstream).body).toBe('half'));
      client.socket.destroy();
      await vi.waitFor(() => expect(lastOf(upstream).isBrokenOff).toBe(true));
    });

    it('may be answered before its end, and the connection goes on', async () => {
      answer = (request, response) => {
        response.writeHead(409, { 'Content-Length': 5 }).end('early');
        request.resume();
      };
      const client = await aConnection(`${head('POST /streams/early', ['Content-Length: 10'])}half`);
      await client.receives('early');
      expect(statusOf(client.received())).toBe(409);
      client.socket.write(`other!GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      await client.closed;
      expect(client.received().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 409', 'HTTP/1.1 200']);
    });

    it.each([
      ['with a length', ['Content-Length: 2000'], 'x'.repeat(2000)],
      ['in chunks', ['Transfer-Encoding: chunked'], `7d0\r\n${'x'.repeat(2000)}\r\n0\r\n\r\n`],
    ])('beyond the route’s bound is refused with 413 and never whole: %s', async (_, fields, body) => {
      answer = echo;
      expect(
        statusOf(await raw(gateway, head('POST /small/1', [...fields, 'Connection: close']) + body)),
      ).toBe(413);
      for (const request of upstream.requests) expect(request.isWhole).toBe(false);
      const within = head('POST /small/1', ['Content-Length: 1024', 'Connection: close']) + 'x'.repeat(1024);
      expect(statusOf(await raw(gateway, within))).toBe(200);
    });
  });

  describe('that waits for 100 Continue (RFC 9110 §10.1.1)', () => {
    const EXPECTING = ['Expect: 100-continue', 'Content-Length: 4', 'Connection: close'];

    it('is asked for when the call may go on, and only then', async () => {
      answer = (request, response) => void request.pipe(response);
      const client = await aConnection(head('POST /streams/expecting', EXPECTING));
      await client.receives('\r\n\r\n');
      expect(client.received()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
      client.socket.write('body');
      await client.closed;
      expect(client.received().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200']);
      expect(lastOf(upstream).body).toBe('body');
    });

    it.each([
      [
        'without a token',
        401,
        () => head('POST /streams/1', EXPECTING).replace(/^Authorization: .*\r\n/m, ''),
      ],
      ['with a bad one', 401, () => head('POST /streams/1', EXPECTING).replace(/Bearer .*/, 'Bearer x.y.z')],
      ['to a bad path', 400, () => head('POST /streams/..%2f', EXPECTING)],
      ['to no route', 404, () => head('POST /other', EXPECTING)],
      [
        'beyond the bound of its route',
        413,
        () => head('POST /small/1', ['Expect: 100-continue', 'Content-Length: 2000']),
      ],
      ['to an upstream that is away', 502, () => head('POST /nowhere/1', EXPECTING)],
    ])('is never asked for %s', async (_, status, request) => {
      const text = await raw(gateway, request());
      expect(statusOf(text)).toBe(status);
      expect(upstream.requests).toEqual([]);
    });

    it('is asked for by this server’s own routes as well', async () => {
      const client = await aConnection(rawPost('/token', ['Expect: 100-continue'], ''));
      await client.closed;
      expect(client.received().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 400']);
    });
  });

  it.each([
    ['has no route', () => head('POST /other', ['Content-Length: 1000']), 404],
    ['cannot be read by the router', () => head('POST /admin/clients/%zz', ['Content-Length: 1000']), 400],
    [
      'expects what nobody knows',
      () => head('POST /other', ['Expect: the-unexpected', 'Content-Length: 1000']),
      404,
    ],
    ['is longer than its route takes', () => head('POST /small/x', ['Content-Length: 5000']), 413],
    [
      'has a coding that is not forwarded',
      () => head('POST /streams/x', ['Transfer-Encoding: gzip, chunked']),
      501,
      '1\r\nx\r\n',
    ],
    ['finds no target', () => head('POST /shut/x', ['Content-Length: 1000']), 503],
  ])(
    'that is refused because it %s keeps its connection no longer than any other',
    async (_, text, status, drop = 'x') => {
      // After this, its circuit is open.
      await raw(gateway, head('GET /shut/x', ['Connection: close']));
      const began = performance.now();
      const client = await aConnection(text());
      const drops = setInterval(() => client.socket.write(drop), 50);
      await client.closed;
      clearInterval(drops);
      expect(client.received().match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`]);
      expect(performance.now() - began).toBeLessThan(DEADLINES.requestMs + SLACK);
    },
  );

  it('leaves a connection with the deadlines of this server', async () => {
    answer = (_, response) => response.end('done');
    const client = await aConnection(head('GET /streams/short'));
    await client.receives('done');
    const began = performance.now();
    await client.closed;
    expect(performance.now() - began).toBeLessThan(DEADLINES.keepAliveMs + 1_000 + SLACK);
  });

  it('is cut off some seconds after the server was told to stop', async () => {
    const stopping = await startRoutedGateway([
      { id: 'streams', path: '/streams/**', upstream: upstream.origin },
    ]);
    const closed = Promise.withResolvers<void>();
    answer = (_, response) => {
      response.write('first');
      response.once('close', () => closed.resolve());
    };
    const ownToken = await stopping.tokenFor('orders:read');
    const client = await aConnection(head('GET /streams/endless').replace(token, ownToken), {
      port: stopping.port,
    });
    await client.receives('first');
    const began = performance.now();
    await stopping.close();
    await closed.promise;
    expect(performance.now() - began).toBeLessThan(9_000);
    expect(client.received()).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  function lines(): unknown[] {
    return gateway.logs.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  }

  interface Connection {
    socket: Socket;
    received(): string;
    closed: Promise<unknown>;
    /** Fulfilled once this text has come; rejected when the connection ends without it. */
    receives(text: string): Promise<void>;
  }

  async function aConnection(
    sent: string,
    { port = gateway.port, reads = true }: { port?: number; reads?: boolean } = {},
  ): Promise<Connection> {
    const socket = connect(port, '127.0.0.1', () => socket.write(sent));
    let text = '';
    if (reads) socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await once(socket, 'connect');
    return {
      socket,
      closed,
      received: () => text,
      async receives(wanted) {
        while (!text.includes(wanted)) {
          if (socket.destroyed) throw new Error(`It ended without ${JSON.stringify(wanted)}: ${text}`);
          await Promise.race([once(socket, 'data'), closed]);
        }
      },
    };
  }

  /** @returns what it says once it has said the same for a while */
  async function standsStill(read: () => number): Promise<number> {
    for (let before = -1; ;) {
      const now = read();
      if (now === before && now > 0) return now;
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
});
