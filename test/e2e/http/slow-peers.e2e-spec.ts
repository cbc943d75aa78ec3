import { type Socket, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { call } from '../../support/http.js';
import { answerOf } from '../../support/raw.js';
import { type TestServer, startServer } from '../../support/server.js';

/** Milliseconds; the real ones are too long to wait for. */
const DEADLINES = { headersMs: 300, requestMs: 600, idleMs: 900, keepAliveMs: 200, checkMs: 50 };

/** How much later than its deadline a connection may end on a busy machine. Milliseconds. */
const SLACK = 2_500;

const REQUEST =
  'POST /token HTTP/1.1\r\nHost: as\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n';

describe('peers that are slow', () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer({}, undefined, DEADLINES);
  });

  afterAll(() => server.close());

  /** Sends `first` at once and then a byte of `rest` every 30 ms, until the server has had enough. */
  async function drip(first: string, rest: string): Promise<{ answer: string; ms: number }> {
    const began = performance.now();
    const socket = connect(server.port, '127.0.0.1', () => socket.write(first));
    let answer = '';
    let at = 0;
    const drops = setInterval(() => socket.write(rest[at++ % rest.length]!), 30);
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.on('close', resolve));
    clearInterval(drops);
    return { answer, ms: performance.now() - began };
  }

  it('get 408 when their header does not end', async () => {
    const { answer, ms } = await drip('GET /health/live HTTP/1.1\r\nHost: as\r\nX-Slow: ', 'x');
    expect(answerOf(answer)).toMatchObject({ status: 408, json: { status: 408 } });
    expect(ms).toBeGreaterThan(DEADLINES.headersMs);
    expect(ms).toBeLessThan(DEADLINES.headersMs + SLACK);
  });

  it('get 408 when their body does not end', async () => {
    const { answer, ms } = await drip(`${REQUEST}\r\n`, 'x');
    expect(answerOf(answer)).toMatchObject({ status: 408, json: { status: 408 } });
    expect(ms).toBeGreaterThan(DEADLINES.requestMs);
    expect(ms).toBeLessThan(DEADLINES.requestMs + SLACK);
  });

  it('get one answer, also where it could be given before their body ended', async () => {
    const { answer } = await drip(`${REQUEST.replace('POST', 'PUT')}\r\n`, 'x');
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 405']);
  });

  it.each([
    ['say nothing', ''],
    ['stop within the header', 'GET /health/live HTTP/1.1\r\nHos'],
    ['stop within the body', `${REQUEST}\r\ngrant_type=`],
    ['ask once and keep the connection', 'GET /health/live HTTP/1.1\r\nHost: as\r\n\r\n'],
  ])('are let go when they %s', async (_, text) => {
    const began = performance.now();
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
    socket.on('error', () => undefined);
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
    expect(performance.now() - began).toBeLessThan(DEADLINES.idleMs + SLACK);
  });

  it('are let go when they never read what they asked for', async () => {
    const page = (await call(server, '/docs')).text;
    const [, script] = /src="([^"]+bundle[^"]+)"/.exec(page)!;
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.pause();
    socket.write(`GET ${script} HTTP/1.1\r\nHost: as\r\n\r\n`.repeat(20));
    await vi.waitFor(async () => expect(await connections()).toBe(1), { timeout: 2_000 });
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: DEADLINES.idleMs + 5_000 });
    socket.destroy();
  });

  it('keep nobody else waiting', async () => {
    const sockets: Socket[] = Array.from({ length: 300 }, () => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nX: '));
      return socket.on('error', () => undefined);
    });
    const times: number[] = [];
    for (let request = 0; request < 50; request += 1) {
      const began = performance.now();
      expect((await call(server, '/health/live')).status).toBe(200);
      times.push(performance.now() - began);
    }
    for (const socket of sockets) socket.destroy();
    expect(Math.max(...times)).toBeLessThan(500);
  });

  function connections(): Promise<number> {
    const http = server.app.getHttpServer();
    return new Promise((resolve, reject) => {
      http.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
    });
  }
});

describe('a connection between two requests', () => {
  it('is kept longer than a load balancer keeps it, and as long as the configuration says', async () => {
    for (const [environment, ms] of [
      [{}, 72_000],
      [{ KEEP_ALIVE_TIMEOUT: '125' }, 125_000],
    ] as const) {
      const server = await startServer(environment);
      const { headersTimeout, requestTimeout, timeout, keepAliveTimeout } = server.app.getHttpServer();
      const { headers } = await call(server, '/health/live');
      await server.close();
      expect([headersTimeout, requestTimeout, timeout]).toEqual([10_000, 25_000, 30_000]);
      expect([keepAliveTimeout, headers.get('Keep-Alive')]).toEqual([ms, `timeout=${ms / 1000}`]);
    }
  });

  it('outlasts what a request may take', async () => {
    const shorter = { ...DEADLINES, requestMs: 300, idleMs: 300, keepAliveMs: 10_000 };
    const server = await startServer({}, undefined, shorter);
    const socket = connect(server.port, '127.0.0.1');
    const request = 'GET /health/live HTTP/1.1\r\nHost: as\r\n\r\n';
    let received = '';
    socket.on('data', (data) => (received += data.toString('latin1')));
    socket.write(request);
    await vi.waitFor(() => expect(received).toContain('"up"'));
    received = '';
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    socket.write(request);
    await vi.waitFor(() => expect(received).toMatch(/^HTTP\/1\.1 200 /));
    socket.destroy();
    await server.close();
  });
});
