import { gzipSync } from 'node:zlib';
import {
  type MockInstance,
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  vi,
} from 'vitest';
import { HashingQueueFull } from '../../../src/modules/users/passwords/hashing-queue.js';
import { UserDirectory } from '../../../src/modules/users/index.js';
import { type Answer, call } from '../../support/http.js';
import { PASSWORD, type TestPerson, aPerson } from '../../support/mothers.js';
import { type TestServer, startOne } from '../../support/server.js';
import { watchHashing } from '../../support/token-endpoint.js';
import { SECRET } from './directory-client.js';

let server: TestServer;
let person: TestPerson;
let hashing: MockInstance;

beforeAll(async () => {
  server = await startOne({
    environment: { ROLES: 'identity', GATEWAY_URL: 'http://127.0.0.1:1', INTERNAL_SECRET: SECRET },
  });
  person = await aPerson(server);
});

afterAll(() => server?.close());

beforeEach(() => {
  hashing = watchHashing(server);
});

afterEach(() => vi.restoreAllMocks());

async function send(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return call(server, '/auth', {
    method: 'POST',
    headers: { Authorization: `Bearer ${SECRET}`, 'Content-Type': 'application/json', ...headers },
    body,
  });
}

const authenticate = (more: object = {}): Promise<Answer> =>
  send(
    JSON.stringify({
      username: person.username,
      password: person.password,
      client_id: 'till',
      ip: '192.0.2.7',
      user_agent: 'Till/2.1',
      ...more,
    }),
  );

const describePerson = (): Promise<Answer> =>
  call(server, `/auth/users/${person.sub}`, { headers: { Authorization: `Bearer ${SECRET}` } });

describe('POST /auth', () => {
  it('costs one hash, and is logged with the client and the person', async () => {
    server.logs.length = 0;
    expect(await authenticate()).toMatchObject({ status: 200, json: { sub: person.sub, amr: ['pwd'] } });
    expect(hashing).toHaveBeenCalledTimes(1);
    const line = server.logs.map((text) => JSON.parse(text)).find(({ route }) => route === '/auth');
    expect(line).toMatchObject({ status: 200, client_id: 'till', sub: person.sub });
  });

  it('tells its two kinds of 401 apart by their challenges', async () => {
    const refused = await authenticate({ password: 'wrong' });
    expect(refused).toMatchObject({ status: 401, text: '{"error":"invalid_credentials"}' });
    expect(refused.headers.get('WWW-Authenticate')).toBe('Password realm="grantway"');
    const stranger = await send('{}', { Authorization: `Bearer ${SECRET}x` });
    expect(stranger).toMatchObject({ status: 401, json: { status: 401 } });
    expect(stranger.headers.get('WWW-Authenticate')).toMatch(
      /^Bearer realm="grantway", error="invalid_token"/,
    );
  });

  it('computes no hash for a stranger, or for a request that is none', async () => {
    const requests = [
      () => send(JSON.stringify(person), { Authorization: 'Bearer another' }),
      () => authenticate({ username: '' }),
      () => authenticate({ password: 'two\nlines' }),
      () => authenticate({ password: 'p'.repeat(4097) }),
      () => authenticate({ client_id: 'a b' }),
      () => authenticate({ ip: 'elsewhere' }),
      () => authenticate({ user_agent: 'x'.repeat(257) }),
      () => authenticate({ unknown: true }),
      () => send('{"__proto__":{"username":"root"}}'),
      () => send(`{"a":${'['.repeat(100)}${']'.repeat(100)}}`),
      () => send('{', {}),
      () => send('username=root&password=x', { 'Content-Type': 'application/x-www-form-urlencoded' }),
    ];
    const statuses = [];
    for (const request of requests) statuses.push((await request()).status);
    expect(statuses).toEqual([401, ...Array(10).fill(400), 415]);
    expect(hashing).not.toHaveBeenCalled();
  });

  it('takes no more than a form, and nothing compressed', async () => {
    const body = (length: number): string => JSON.stringify({ ...person, padding: 'x'.repeat(length) });
    const bomb = new Uint8Array(gzipSync(body(10 * 1024 * 1024)));
    expect(bomb.length).toBeLessThan(64 * 1024);
    const began = performance.now();
    expect(await send(body(64 * 1024))).toMatchObject({ status: 413 });
    expect(await send(bomb, { 'Content-Encoding': 'gzip' })).toMatchObject({ status: 415 });
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(hashing).not.toHaveBeenCalled();
    // Elsewhere a larger body is read, and refused for what is in it.
    expect(await send(body(60 * 1024))).toMatchObject({ status: 400 });
  });

  it('is not asked in other ways', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await call(server, '/auth', { method, headers: { Authorization: `Bearer ${SECRET}` } });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('Allow')).toContain('POST');
    }
  });

  it('says when there is room again, and never that the password is wrong', async () => {
    hashing.mockRejectedValueOnce(new HashingQueueFull(3));
    const answer = await authenticate();
    expect(answer).toMatchObject({ status: 503, json: { status: 503 } });
    expect(answer.headers.get('Retry-After')).toBe('3');
    expect(await authenticate()).toMatchObject({ status: 200 });
  });

  it('leaves no trace of a name or a password, whatever becomes of it', async () => {
    server.logs.length = 0;
    const canaries = { username: 'canary-username', password: 'canary-password' };
    await authenticate(canaries);
    await authenticate({ ...canaries, unknown: true });
    await authenticate({ ...canaries, password: 'canary\npassword' });
    await send(`{"username":"canary","password":"canary"`);
    hashing.mockRejectedValueOnce(new TypeError('something unexpected'));
    expect(await authenticate(canaries)).toMatchObject({ status: 500 });
    expect(server.logs.length).toBeGreaterThanOrEqual(5);
    expect(server.logs.join('')).not.toContain('canary');
    expect(server.logs.join('')).not.toContain(SECRET);
  });
});

describe('GET /auth/users/{sub}', () => {
  it('says what became of the person since', async () => {
    const { auth_time: _, amr: __, ...before } = (await authenticate()).json;
    expect(await describePerson()).toMatchObject({ status: 200, json: before });

    const people = server.app.get(UserDirectory);
    await people.change(person.sub, { name: 'Alice Married', attributes: { department: 'Freight' } });
    const changed = (await describePerson()).json;
    expect(changed).toEqual({
      ...before,
      name: 'Alice Married',
      attributes: { department: 'Freight' },
      updated_at: changed.updated_at,
    });

    await people.change(person.sub, { password: `${PASSWORD} and more` });
    expect((await describePerson()).json.credentials_version).not.toBe(before.credentials_version);

    await people.change(person.sub, { status: 'disabled' });
    expect(await describePerson()).toMatchObject({ status: 404, text: '{"error":"unknown_person"}' });
    await people.change(person.sub, { status: 'active' });
    expect(await describePerson()).toMatchObject({ status: 200 });
    await people.remove(person.sub);
    expect(await describePerson()).toMatchObject({ status: 404, text: '{"error":"unknown_person"}' });
  });
});
