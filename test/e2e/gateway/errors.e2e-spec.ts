import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Authority, LOCAL, anAuthority } from '../../support/certificates.js';
import { freePort } from '../../support/free-port.js';
import { type Answer, bearer, signIn } from '../../support/http.js';
import { aPerson } from '../../support/mothers.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { startRecordingUpstream } from '../../support/upstream-recorder.js';
import {
  type UpstreamServer,
  startCannedUpstream,
  startRawUpstream,
  startUpstream,
} from '../../support/upstream-server.js';

/** What of the inside no answer may tell: where upstreams are, and how they were spoken to. */
const INSIDE =
  /127\.0\.0\.1|localhost|internal|\b\d{5}\b|ECONN|UND_ERR|undici|HPE_|cert|sign|socket|ENOTFOUND|\bat /i;

/** Bytes in place of an answer. */
const GARBAGE: Record<string, string> = {
  'no HTTP': 'hello\r\n\r\n',
  'a redirect of HTTP/0.9': '<meta http-equiv=refresh content="0;url=http://internal.example">\r\n\r\n',
  TLS: '\u0015\u0003\u0001\u0000\u0002\u0002\u0046',
  'another version': 'HTTP/3.7 200 OK\r\nContent-Length: 2\r\n\r\nok',
  'no status': 'HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\nok',
  'a status of four digits': 'HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok',
  'a status below 100': 'HTTP/1.1 099 Hm\r\nContent-Length: 2\r\n\r\nok',
  'a field without a colon': 'HTTP/1.1 200 OK\r\nX-Broken\r\nContent-Length: 2\r\n\r\nok',
  'a space before a colon': 'HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok',
  'a NUL in a value': 'HTTP/1.1 200 OK\r\nX: a\u0000b\r\nContent-Length: 2\r\n\r\nok',
  'a bare carriage return in a value': 'HTTP/1.1 200 OK\r\nX: a\rY: b\r\nContent-Length: 2\r\n\r\nok',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!',
  'a length that is no number': 'HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\nok',
  'a length and chunks':
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'a header without end': `HTTP/1.1 200 OK\r\n${'X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(1_000)}`,
  'another protocol, unasked':
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n',
};

describe('an upstream', () => {
  let gateway: RoutedGateway;
  let token: string;
  const servers: UpstreamServer[] = [];

  async function started<T extends UpstreamServer>(server: Promise<T>): Promise<T> {
    servers.push(await server);
    return server;
  }

  beforeAll(async () => {
    gateway = await startRoutedGateway([{ id: 'first', path: '/first', upstream: 'http://127.0.0.1:9' }]);
    token = await gateway.tokenFor('orders:read');
  });

  afterAll(async () => {
    await gateway.close();
    await Promise.all(servers.map((server) => server.close()));
  });

  /** Has the gateway take up one route, to these targets. */
  async function routeTo(targets: string[], upstream: object = {}, route: object = {}): Promise<void> {
    const before = reloads();
    gateway.write([
      {
        ...{ id: 'orders', path: '/orders/**', timeouts: { connect: '500ms', headers: '300ms' } },
        ...{ upstream: { targets, breaker: { failures: 1_000 }, ...upstream } },
        ...route,
      },
    ]);
    await vi.waitFor(() => expect(reloads()).toBeGreaterThan(before), { timeout: 5_000 });
  }

  const reloads = (): number => gateway.logs.filter((line) => line.includes('routes reloaded')).length;
  const ask = (init = {}): Promise<Answer> => bearer(gateway, token, '/orders/7?q=1', init);

  /** A problem that names the request and nothing of the inside. RFC 9457. */
  function expectProblem(answer: Answer, status: number): void {
    expect(answer.status).toBe(status);
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.json).toEqual({
      type: 'about:blank',
      title: expect.any(String),
      status,
      detail: expect.any(String),
      request_id: answer.headers.get('X-Request-Id'),
    });
    const { request_id: _id, ...told } = answer.json;
    expect(JSON.stringify(told)).not.toMatch(INSIDE);
    const headers = [...answer.headers].filter(([name]) => !/^(x-request-id|date|etag)$/.test(name));
    expect(JSON.stringify(headers)).not.toMatch(INSIDE);
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff');
  }

  /** The code by which the log knows the latest failure. */
  function loggedError(): string {
    return gateway.logs.map((line) => JSON.parse(line)).findLast(({ error, target }) => error && target)
      .error;
  }

  it('that is not there is answered for with 502, at once, and works as soon as it is', async () => {
    const port = await freePort();
    await routeTo([`http://127.0.0.1:${port}`]);
    const began = performance.now();
    expectProblem(await ask(), 502);
    expectProblem(await ask({ method: 'POST', body: {} }), 502);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(loggedError()).toBe('ECONNREFUSED');

    const upstream = await startUpstream((_, response) => response.end('back'), { port });
    expect(await ask()).toMatchObject({ status: 200, text: 'back' });
    await upstream.close();
    expectProblem(await ask(), 502);
    await started(startUpstream((_, response) => response.end('again'), { port }));
    expect(await ask()).toMatchObject({ status: 200, text: 'again' });
  });

  it('whose name nobody knows is answered for with 502', async () => {
    await routeTo(['http://nowhere.invalid:8080']);
    expectProblem(await ask(), 502);
  });

  it('that hangs is answered for with 504', async () => {
    const silent = await started(startRecordingUpstream(() => undefined));
    await routeTo([silent.origin]);
    expectProblem(await ask(), 504);
    expect(silent.requests).toHaveLength(1);
    expectProblem(await ask({ method: 'POST', body: {} }), 504);
    await vi.waitFor(() => expect(silent.connections.size).toBe(0));
  });

  it('that takes too long altogether is answered for with 504, or broken off', async () => {
    const dripping = await started(
      startUpstream((request, response) => {
        if (request.method === 'GET') response.write('begun');
        const drops = setInterval(() => response.write('.'), 50);
        response.once('close', () => clearInterval(drops));
      }),
    );
    await routeTo([dripping.origin], {}, { timeouts: { total: '400ms' } });
    await expect(ask()).rejects.toThrow(/terminated|fetch failed/);
    await vi.waitFor(() => expect(dripping.connections.size).toBe(0));
  });

  it.each([
    ['closes', (socket: { end(): void }) => socket.end()],
    ['resets', (socket: { resetAndDestroy(): void }) => socket.resetAndDestroy()],
    [
      'closes within a header',
      (socket: { end(text: string): void }) => socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
    ],
  ])('that %s the connection is answered for with 502, and not asked twice', async (_, end) => {
    let asked = 0;
    const upstream = await started(
      startRawUpstream((socket) => {
        socket.once('data', () => {
          asked += 1;
          end(socket);
        });
      }),
    );
    await routeTo([
      upstream.origin,
      (await started(startUpstream((_r, response) => response.end('other')))).origin,
    ]);
    const answers = [await ask(), await ask()];
    const failed = answers.filter(({ status }) => status !== 200);
    expect(failed).toHaveLength(1);
    expectProblem(failed[0]!, 502);
    expect(asked).toBe(1);
  });

  it.each(Object.entries(GARBAGE))('that answers %s is answered for with 502', async (_, garbage) => {
    const upstream = await started(startCannedUpstream(garbage));
    await routeTo([upstream.origin]);
    expectProblem(await ask(), 502);
    const good = await started(startCannedUpstream('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    await routeTo([good.origin]);
    expect(await ask()).toMatchObject({ status: 200, text: 'ok' });
  });

  it('that appends an answer to nothing never has it taken for the next one', async () => {
    const two = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    const upstream = await started(
      startCannedUpstream(`${two}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`),
    );
    await routeTo([upstream.origin]);
    for (let round = 0; round < 5; round += 1) {
      const answer = await ask();
      expect(answer.text).not.toContain('evil');
      expect([200, 502]).toContain(answer.status);
    }
  });

  it('may take its time with interim answers, which are its own business', async () => {
    const interim = 'HTTP/1.1 103 Early Hints\r\nLink: <http://internal.example>\r\n\r\n'.repeat(20);
    const upstream = await started(
      startCannedUpstream(`${interim}HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok`),
    );
    await routeTo([upstream.origin]);
    const answer = await ask();
    expect(answer).toMatchObject({ status: 200, text: 'ok' });
    expect(answer.headers.has('Link')).toBe(false);
  });

  describe('behind TLS (ASVS 12.3.2)', () => {
    let authority: Authority;
    let ca: string;

    beforeAll(() => {
      authority = anAuthority();
      ca = join(dirname(gateway.file), 'ca.pem');
      writeFileSync(ca, authority.certificate);
    });

    async function aTlsUpstream(certificate: { certificate: string; key: string }) {
      const server = createServer({ cert: certificate.certificate, key: certificate.key });
      let asked = 0;
      const upstream = await started(
        startUpstream(
          (_, response) => {
            asked += 1;
            response.end('private');
          },
          { server },
        ),
      );
      return { origin: upstream.origin, asked: () => asked };
    }

    it('is spoken to when its certificate is in order', async () => {
      const upstream = await aTlsUpstream(authority.issue(LOCAL));
      await routeTo([upstream.origin], { tls: { ca_file: 'ca.pem' } });
      expect(await ask()).toMatchObject({ status: 200, text: 'private' });
      expect(upstream.asked()).toBe(1);
    });

    it.each([
      ['one that a stranger signed', () => anAuthority('Stranger').issue(LOCAL), 'ca.pem'],
      [
        'one for another name',
        () => authority.issue({ name: 'other', alternatives: ['DNS:other.example'] }),
        'ca.pem',
      ],
      ['one that has expired', () => authority.issue({ ...LOCAL, days: -1 }), 'ca.pem'],
      ['one that only its own authority knows', () => authority.issue(LOCAL), undefined],
    ])('gets nothing of a request with %s, and 502 is the answer', async (_, certificate, caFile) => {
      const upstream = await aTlsUpstream(certificate());
      await routeTo([upstream.origin], caFile === undefined ? {} : { tls: { ca_file: caFile } });
      expectProblem(await ask(), 502);
      expectProblem(await ask({ method: 'POST', body: { secret: 'canary' } }), 502);
      expect(upstream.asked()).toBe(0);
    });

    it('that does not speak it gets nothing of a request', async () => {
      const plain = await started(startRecordingUpstream());
      await routeTo([plain.origin.replace('http:', 'https:')], { tls: { ca_file: 'ca.pem' } });
      expectProblem(await ask(), 502);
      expect(plain.requests).toEqual([]);
      expect(plain.wire).not.toMatch(/orders|X-Identity/i);
    });
  });

  describe('that fails again and again', () => {
    it('is left alone for a while, tried by one, and taken back', async () => {
      const port = await freePort();
      await routeTo([`http://127.0.0.1:${port}`], { breaker: { failures: 3, open: '1s' } });
      for (let failure = 0; failure < 3; failure += 1) expectProblem(await ask(), 502);
      const upstream = await started(startRecordingUpstream(undefined, port));
      const refused = await ask();
      expectProblem(refused, 503);
      expect(refused.headers.get('Retry-After')).toBe('1');
      expect(upstream.requests).toEqual([]);
      await vi.waitFor(async () => expect((await ask()).status).toBe(200), { timeout: 5_000, interval: 100 });
      const many = await Promise.all(Array.from({ length: 10 }, () => ask()));
      expect(many.map(({ status }) => status)).toEqual(Array(10).fill(200));
      expect(gateway.logs.join('')).toMatch(/circuit of an upstream opened[^]*circuit of an upstream closed/);
    });

    it('takes no other upstream with it', async () => {
      const port = await freePort();
      const good = await started(startUpstream((_, response) => response.end('good')));
      await routeTo([`http://127.0.0.1:${port}`, good.origin], { breaker: { failures: 2, open: '60s' } });
      const answers = [];
      for (let at = 0; at < 12; at += 1) answers.push(await ask({ method: at % 2 === 0 ? 'GET' : 'DELETE' }));
      expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
    });

    it('is no reason to repeat what may have been done', async () => {
      const port = await freePort();
      const good = await started(startRecordingUpstream());
      await routeTo([`http://127.0.0.1:${port}`, good.origin]);
      const answers = [];
      for (let at = 0; at < 6; at += 1) answers.push(await ask({ method: 'POST', body: { at } }));
      const statuses = answers.map(({ status }) => status).toSorted();
      expect(statuses).toEqual([200, 200, 200, 502, 502, 502]);
      expect(good.requests).toHaveLength(3);
    });
  });

  it('that has enough to do gets no more, and 503 is the answer', async () => {
    const held: (() => void)[] = [];
    const upstream = await started(
      startUpstream((_, response) => void held.push(() => response.end('done'))),
    );
    await routeTo([upstream.origin], { max_in_flight: 1 }, { timeouts: { headers: '10s' } });
    const first = [ask()];
    await vi.waitFor(() => expect(held).toHaveLength(1));
    const refused = await ask();
    expectProblem(refused, 503);
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
    for (const end of held) end();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200]);
    held.length = 0;
    const next = ask();
    await vi.waitFor(() => expect(held).toHaveLength(1));
    held[0]!();
    expect((await next).status).toBe(200);
  });

  it('gives one caller a share, with 429 beyond it, and another caller its own', async () => {
    const held: (() => void)[] = [];
    const upstream = await started(
      startUpstream((_, response) => void held.push(() => response.end('done'))),
    );
    await routeTo([upstream.origin], { max_in_flight: 4 }, { timeouts: { headers: '10s' } });
    const first = ask();
    await vi.waitFor(() => expect(held).toHaveLength(1));
    const refused = await ask();
    expectProblem(refused, 429);
    expect(refused.headers.get('Retry-After')).toBe('1');
    const another = await signIn(gateway, gateway.client, await aPerson(gateway), 'orders:read');
    const other = bearer(gateway, another.json.access_token, '/orders/7');
    await vi.waitFor(() => expect(held).toHaveLength(2));
    for (const end of held) end();
    expect([(await first).status, (await other).status]).toEqual([200, 200]);
  });

  beforeEach(() => void (gateway.logs.length = 0));
});
