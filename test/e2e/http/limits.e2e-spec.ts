import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { HashingQueue } from '../../../src/modules/users/passwords/hashing-queue.js';
import { basic, bearer, call, post, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { answerOf, raw, rawRequest } from '../../support/raw.js';
import { type TestServer, startServer } from '../../support/server.js';

const API = '/api/resources';
const LIVE = '/health/live';

describe('limits', () => {
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

  const get = async (target: string, headers: string[] = []) =>
    answerOf(await raw(server, rawRequest(`GET ${target}`, ['Host: as', ...headers])));

  /** What it took to be refused, as often as a hash was computed meanwhile. */
  async function hashesDuring(work: () => Promise<unknown>): Promise<number> {
    const run = vi.spyOn(server.app.get(HashingQueue, { strict: false }), 'run');
    await work();
    const times = run.mock.calls.length;
    run.mockRestore();
    return times;
  }

  describe('of the header', () => {
    it.each([LIVE, '/token', '/docs', '/nothing'])('refuse 17 kB with 431: %s', async (path) => {
      const answer = await get(path, [`X-Large: ${'x'.repeat(17_000)}`]);
      expect(answer).toMatchObject({ status: 431, json: { status: 431 } });
    });

    it('refuse 2,001 fields with 431 and never drop one in silence', async () => {
      expect((await get(LIVE, Array(2_001).fill('a: b'))).status).toBe(431);
      const many = [...Array(150).fill('a: b'), 'Authorization: Bearer second'];
      expect((await get(API, [`Authorization: Bearer ${token}`, ...many])).status).toBe(431);
    });

    it('let 90 fields of 10 kB pass', async () => {
      expect((await get(LIVE, Array(90).fill(`a: ${'b'.repeat(110)}`))).status).toBe(200);
    });
  });

  describe('of the target', () => {
    it('refuse 9 kB with 414, in the words of the path', async () => {
      const query = `?x=${'x'.repeat(9_000)}`;
      expect(await get(`${LIVE}${query}`)).toMatchObject({ status: 414, json: { status: 414 } });
      expect(await post(server, `/token${query}`, client, '')).toMatchObject({
        status: 414,
        json: { error: 'invalid_request' },
      });
    });

    it('let 7 kB pass', async () => {
      expect((await get(`${LIVE}?x=${'x'.repeat(7_000)}`)).status).toBe(200);
    });

    it('refuse a path parameter beyond 200 characters with 414, and find none of 200', async () => {
      expect((await bearer(server, token, `${API}/${'a'.repeat(201)}`)).status).toBe(414);
      expect((await bearer(server, token, `${API}/${'a'.repeat(200)}`)).status).toBe(404);
    });
  });

  describe('of the body', () => {
    it('refuse a form of 65 KiB with 413 before any password is hashed', async () => {
      const form = { grant_type: 'password', username: person.username, password: 'x'.repeat(65 * 1024) };
      const hashes = await hashesDuring(async () => {
        expect(await post(server, '/token', client, form)).toMatchObject({
          status: 413,
          json: { error: 'invalid_request' },
        });
      });
      expect(hashes).toBe(0);
      expect(await hashesDuring(() => signIn(server, client, person))).toBe(1);
    });

    it('refuse 5,000 parameters', async () => {
      const form = Array.from({ length: 5_000 }, (_, at) => `p${at}=1`).join('&');
      expect(await post(server, '/token', client, form)).toMatchObject({
        status: 400,
        json: { error: 'invalid_request' },
      });
    });

    it('refuse by the announced length, without waiting for the body, and close', async () => {
      const began = performance.now();
      const head = `POST /token HTTP/1.1\r\nHost: as\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
      const answer = answerOf(await raw(server, `${head}Content-Length: 1000000\r\n\r\n`));
      expect(answer.status).toBe(413);
      expect(answer.headers.get('Connection')).toBe('close');
      expect(performance.now() - began).toBeLessThan(2_000);
    });

    it('refuse chunks that never end, and close', async () => {
      const socket = connect(server.port, '127.0.0.1');
      let answer = '';
      let sent = 0;
      const chunk = `1000\r\n${'x'.repeat(0x1000)}\r\n`;
      socket.on('data', (data) => (answer += data.toString('latin1')));
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => socket.on('close', resolve));
      socket.write(
        `POST /token HTTP/1.1\r\nHost: as\r\nAuthorization: ${basic(client)}\r\n` +
          'Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n',
      );
      const flood = setInterval(() => {
        if (sent < 4_000_000 && answer === '') sent += socket.write(chunk) ? chunk.length : 0;
        else socket.end();
      }, 1);
      await closed;
      clearInterval(flood);
      expect(answerOf(answer).status).toBe(413);
      expect(sent).toBeLessThan(1_000_000);
    });

    it('refuse a document of 257 KiB with 413 and take one of 60 KiB', async () => {
      const create = (size: number) =>
        bearer(server, token, API, { method: 'POST', body: { title: 't', body: 'x'.repeat(size) } });
      expect(await create(257 * 1024)).toMatchObject({ status: 413, json: { status: 413 } });
      expect((await create(60 * 1024)).status).toBe(201);
    });

    it.each(['gzip', 'br', 'deflate', 'GZIP', 'identity, gzip'])(
      'refuse a body coded as %s unread, so that nothing is inflated',
      async (coding) => {
        const bomb = gzipSync(Buffer.alloc(4_000_000));
        const headers = { 'Content-Encoding': coding };
        const form = await call(server, '/token', {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
          body: bomb,
        });
        expect(form).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
        const document = await call(server, API, {
          method: 'POST',
          headers: { ...headers, 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
          body: bomb,
        });
        expect(document.status).toBe(415);
      },
    );

    it('let a client ask first whether it may send (RFC 9110 §10.1.1)', async () => {
      const body = 'grant_type=client_credentials';
      const request = (expectation: string) =>
        `POST /token HTTP/1.1\r\nHost: as\r\nConnection: close\r\nExpect: ${expectation}\r\n` +
        `Authorization: ${basic(client)}\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`;
      expect(await raw(server, request('100-continue'))).toMatch(
        /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/,
      );
      expect(answerOf(await raw(server, request('miracles'))).status).toBe(200);
    });
  });

  it('of header and target are settings, and refuse in JSON as before', async () => {
    const wide = await startServer({ MAX_HEADER_BYTES: '40000', MAX_TARGET_LENGTH: '30000' });
    const ask = async (target: string, field = '') =>
      answerOf(await raw(wide, rawRequest(`GET ${target}`, ['Host: as', `X-Large: ${field}`])));
    expect((await ask(`${LIVE}?${'x'.repeat(28_000)}`)).status).toBe(200);
    expect((await ask(LIVE, 'x'.repeat(38_000))).status).toBe(200);
    expect(await ask(`${LIVE}?${'x'.repeat(30_000)}`)).toMatchObject({ status: 414, json: { status: 414 } });
    expect(await ask(LIVE, 'x'.repeat(41_000))).toMatchObject({ status: 431, json: { status: 431 } });
    await wide.close();
  });

  it('leave the server as it was', async () => {
    expect((await signIn(server, client, person)).status).toBe(200);
  });
});
