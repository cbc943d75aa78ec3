import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HASHING_QUEUE_DEFAULTS, HashingQueue } from '../../../src/modules/users/passwords/hashing-queue.js';
import { administrationOf } from '../../support/administration.js';
import { type Answer, basic, bearer, call, post, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { answerOf, raw, rawPost, statusOf } from '../../support/raw.js';
import { type TestServer, startServer } from '../../support/server.js';
import { expectTokens, passwordForm, watchHashing } from '../../support/token-endpoint.js';
import { expectOAuthError } from '../../support/verdicts.js';

const FORM = 'Content-Type: application/x-www-form-urlencoded';

let server: TestServer;
let client: TestClient;
let person: TestPerson;
let form: string;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
  person = await aPerson(server);
  form = new URLSearchParams(passwordForm(person)).toString();
  expectTokens(await signIn(server, client, person));
});

afterAll(() => server.close());
afterEach(() => vi.restoreAllMocks());

describe('a body that is too large', () => {
  it.each([
    ['a parameter of 65 KiB', () => `${form}&x=${'x'.repeat(65 * 1024)}`],
    ['a password of 1 MiB', () => form.replace(/password=[^&]*$/, `password=${'x'.repeat(1024 * 1024)}`)],
  ])('is refused with 413 before anything is hashed: %s', async (_, body) => {
    const hashing = watchHashing(server);
    const { answer, ms } = await timed(() =>
      raw(server, rawPost('/token', [FORM, `Authorization: ${basic(client)}`], body())),
    );
    expectOAuthError(answerOf(answer), 'invalid_request', 413);
    expect(answer).toMatch(/\r\nConnection: close\r\n/i);
    expect(ms).toBeLessThan(500);
    expect(hashing).not.toHaveBeenCalled();
    expectTokens(await signIn(server, client, person));
  });

  it('closes the connection on a chunked body that never ends', async () => {
    const hashing = watchHashing(server);
    const answer = await endlessBody();
    expect(statusOf(answer)).toBe(413);
    expect(hashing).not.toHaveBeenCalled();
    expectTokens(await signIn(server, client, person));
  });

  it('is refused by its number of parameters', async () => {
    const hashing = watchHashing(server);
    const many = Array.from({ length: 5000 }, (_, i) => `p${i}=1`).join('&');
    const { answer, ms } = await timed(() => post(server, '/token', client, `${form}&${many}`));
    expectOAuthError(answer, 'invalid_request');
    expect(ms).toBeLessThan(500);
    expect(hashing).not.toHaveBeenCalled();
  });

  it('is never inflated', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024));
    const before = process.memoryUsage.rss();
    // Smaller than the limit as it travels: what refuses it is its coding.
    const travelled = bomb.subarray(0, 60 * 1024);
    const answer = await call(server, '/token', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Content-Encoding': 'gzip',
        Authorization: basic(client),
      },
      body: travelled,
    });
    expectOAuthError(answer, 'invalid_request');
    expect(process.memoryUsage.rss() - before).toBeLessThan(20 * 1024 * 1024);
  });

  it('leaves room for the longest password there can be', async () => {
    const password = '𐌰𐌱𐌲𐌳𐌴𐌵𐌶𐌷'.repeat(128);
    const longest = await aPerson(server, { password });
    expectTokens(await signIn(server, client, longest));
  });

  /** Sends chunks until the server has answered and closed. */
  function endlessBody(): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(server.port, '127.0.0.1');
      let answer = '';
      socket.write(
        `POST /token HTTP/1.1\r\nHost: as\r\n${FORM}\r\nAuthorization: ${basic(client)}\r\n` +
          'Transfer-Encoding: chunked\r\n\r\n',
      );
      const chunk = `1000\r\n${'x'.repeat(0x1000)}\r\n`;
      const sending = setInterval(() => socket.writable && socket.write(chunk), 1);
      socket.setTimeout(10_000, () => socket.destroy(new Error('the server neither answered nor closed')));
      socket.on('data', (data) => (answer += data.toString('latin1')));
      socket.on('error', (error) => answer === '' && reject(error));
      socket.on('close', () => {
        clearInterval(sending);
        resolve(answer);
      });
    });
  }
});

describe('a client secret that is too large', () => {
  it('is refused at once, in the header and in the body', async () => {
    const secret = 'x'.repeat(1024 * 1024);
    const header = await timed(() =>
      raw(server, rawPost('/token', [FORM, `Authorization: ${basic({ ...client, secret })}`], form)),
    );
    expect(statusOf(header.answer)).toBe(431);
    const body = await timed(() =>
      raw(server, rawPost('/token', [FORM], `${form}&client_id=${client.id}&client_secret=${secret}`)),
    );
    expect(statusOf(body.answer)).toBe(413);
    const long = await timed(() => post(server, '/token', { ...client, secret: 'x'.repeat(8000) }, form));
    expect(long.answer.status).toBe(401);
    for (const { ms } of [header, body, long]) expect(ms).toBeLessThan(500);
  });
});

describe('a password that nobody can have', () => {
  it('is refused at once and without a hash', async () => {
    const hashing = watchHashing(server);
    const { answer, ms } = await timed(() =>
      signIn(server, client, { ...person, password: 'x'.repeat(4097) }),
    );
    expectOAuthError(answer, 'invalid_grant');
    expect(ms).toBeLessThan(500);
    expect(hashing).not.toHaveBeenCalled();
  });

  it('is refused at once as a new one, too', async () => {
    const administration = await administrationOf(server);
    const hashing = watchHashing(server);
    const created = await administration('POST', '/admin/users', {
      username: 'x1',
      password: 'x y'.repeat(20_000),
    });
    expect(created.status).toBe(400);
    expect(hashing).not.toHaveBeenCalled();
  });
});

describe('a full hashing queue', () => {
  const everyPlace = HASHING_QUEUE_DEFAULTS.slots + HASHING_QUEUE_DEFAULTS.waiting;

  /** Takes slots, and then places, until the returned function is called. */
  function fillQueue(places = everyPlace): () => Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const queue = server.app.get(HashingQueue);
    const jobs = Array.from({ length: places }, () => queue.run(() => promise));
    return async () => {
      resolve();
      await Promise.all(jobs);
    };
  }

  it('answers 503 with whole seconds in Retry-After, the same for a right and a wrong password', async () => {
    const administration = await administrationOf(server);
    const tokens = await signIn(server, client, person);
    const release = fillQueue();
    try {
      const right = await signIn(server, client, person);
      const wrong = await signIn(server, client, { ...person, password: 'a wrong password 1' });
      const unknown = await signIn(server, client, { ...person, username: 'nobody' });
      for (const answer of [right, wrong, unknown]) {
        expectOAuthError(answer, 'temporarily_unavailable', 503);
        expectRetryAfter(answer);
      }
      const own = await bearer(server, tokens.json.access_token, '/account/password', {
        method: 'POST',
        body: { current_password: person.password, new_password: 'seven green bicycles sing' },
      });
      const created = await administration('POST', '/admin/users', {
        username: 'later',
        password: 'seven green bicycles sing',
      });
      for (const answer of [own, created]) {
        expect(answer).toMatchObject({ status: 503, json: { status: 503, title: 'Service Unavailable' } });
        expectRetryAfter(answer);
      }
      // What needs no hash goes on.
      expect((await bearer(server, tokens.json.access_token, '/api/resources')).status).toBe(200);
      expectTokens(await post(server, '/token', client, { grant_type: 'client_credentials' }));
    } finally {
      await release();
    }
    expectTokens(await signIn(server, client, person));
  });

  it('turns away exactly the sign-ins for which there is no place, and checks the others', async () => {
    const { slots, waiting } = HASHING_QUEUE_DEFAULTS;
    const surplus = 10;
    const release = fillQueue(slots);
    const turnedAway = Promise.withResolvers<void>();
    let left = surplus;
    const wrong = { ...person, password: 'a wrong password 1' };
    const answers = Array.from({ length: waiting + surplus }, async () => {
      const answer = await signIn(server, client, wrong);
      if (answer.status === 503 && --left === 0) turnedAway.resolve();
      return answer;
    });
    await turnedAway.promise;
    await release();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 503)).toHaveLength(surplus);
    expect(statuses.filter((status) => status === 400)).toHaveLength(waiting);
    expectTokens(await signIn(server, client, person));
  });

  function expectRetryAfter({ headers }: Answer): void {
    expect(headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
  }
});

async function timed<T>(work: () => Promise<T>): Promise<{ answer: T; ms: number }> {
  const start = performance.now();
  const answer = await work();
  return { answer, ms: performance.now() - start };
}
