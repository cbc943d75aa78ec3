import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ClientStore } from '../../../src/modules/clients/client-store.js';
import { Database } from '../../../src/platform/database/database.js';
import { type Answer, bearer, call, post, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../../support/server.js';

/** What an error tells its reader and must not tell a caller. */
const PRIVATE = 'relation "clients" of db.internal:5432 at /srv/app/store.ts';

/** As node-postgres has it, and as TypeORM wraps it, with the statement and its parameters. */
function aDatabaseError(code: string): Error {
  const driverError = Object.assign(new Error(PRIVATE), {
    code,
    severity: 'ERROR',
    detail: `Key (${PRIVATE})`,
  });
  return Object.assign(new Error(PRIVATE), {
    name: 'QueryFailedError',
    driverError,
    query: `SELECT '${PRIVATE}'`,
    parameters: [PRIVATE],
  });
}

const UNEXPECTED: Record<string, unknown> = {
  'an error': new Error(PRIVATE),
  'a programming error': new TypeError(PRIVATE),
  'a database error': aDatabaseError('42P01'),
  'an error with a status of 500': Object.assign(new Error(PRIVATE), { statusCode: 500, status: 500 }),
  'something that is no error': PRIVATE,
  'nothing at all': undefined,
};

const AWAY: Record<string, Error> = {
  'a broken connection': aDatabaseError('08006'),
  'a server that shuts down': aDatabaseError('57P01'),
  'a server that starts': aDatabaseError('57P03'),
  'too many connections': aDatabaseError('53300'),
  'a statement that took too long': aDatabaseError('57014'),
  'a refused connection': Object.assign(new Error(PRIVATE), { code: 'ECONNREFUSED' }),
  'an unreachable host': Object.assign(new Error(PRIVATE), { code: 'EHOSTUNREACH' }),
  'an unreachable network': Object.assign(new Error(PRIVATE), { code: 'ENETUNREACH' }),
  'several refused connections': new AggregateError([
    Object.assign(new Error(PRIVATE), { code: 'ECONNREFUSED' }),
  ]),
  'a full pool': new Error('timeout exceeded when trying to connect'),
};

describe('errors that nobody foresaw', () => {
  let server: TestServer;
  let client: TestClient;
  let person: TestPerson;
  let token: string;

  beforeAll(async () => {
    server = await startServer();
    client = await aConfidentialClient(server);
    person = await aPerson(server);
    token = (await signIn(server, FIRST_CLIENT, ADMINISTRATOR, 'clients:read profile resources:read account'))
      .json.access_token;
  });

  afterEach(() => vi.restoreAllMocks());
  afterAll(() => server.close());

  const OAUTH: Record<string, () => Promise<Answer>> = {
    '/token': () => signIn(server, client, person),
    '/revoke': () => post(server, '/revoke', client, { token: 'x' }),
    '/introspect': () => post(server, '/introspect', client, { token: 'x' }),
  };
  const APIS: Record<string, () => Promise<Answer>> = Object.fromEntries(
    ['/api/resources', '/admin/clients', '/userinfo', '/account/sessions'].map((path) => [
      path,
      () => bearer(server, token, path),
    ]),
  );

  /** Everything that reaches for the database through our own two doors. */
  function breakWith(error: unknown): void {
    vi.spyOn(server.app.get(ClientStore, { strict: false }), 'find').mockRejectedValue(error);
    vi.spyOn(server.app.get(ClientStore, { strict: false }), 'list').mockRejectedValue(error);
    vi.spyOn(server.app.get(Database), 'query').mockRejectedValue(error);
  }

  function expectNothingPrivate({ text, headers }: Answer): void {
    expect(text).not.toMatch(/relation|db\.internal|\/srv\/|SELECT|clients|stack|\bat /);
    expect([...headers].flat().join(' ')).not.toContain('db.internal');
  }

  describe.each(Object.entries(UNEXPECTED))('such as %s', (_, error) => {
    it.each(Object.entries(OAUTH))('are 500 server_error with a fixed text at %s', async (__, ask) => {
      breakWith(error);
      const answer = await ask();
      expect(answer.status).toBe(500);
      expect(answer.json).toEqual({
        error: 'server_error',
        error_description: 'The authorization server met an unexpected condition.',
      });
      expectNothingPrivate(answer);
    });

    it.each(Object.entries(APIS))('are 500 with a fixed text at %s', async (__, ask) => {
      breakWith(error);
      const answer = await ask();
      expect(answer.status).toBe(500);
      expect(answer.json).toEqual({
        type: 'about:blank',
        title: 'Internal Server Error',
        status: 500,
        detail: 'The server met an unexpected condition.',
        request_id: answer.headers.get('X-Request-Id'),
      });
      expectNothingPrivate(answer);
    });
  });

  describe.each(Object.entries(AWAY))('that mean “not now”, such as %s', (_, error) => {
    it.each(Object.entries(OAUTH))('are 503 temporarily_unavailable at %s', async (__, ask) => {
      breakWith(error);
      const answer = await ask();
      expect(answer).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } });
      expect(answer.headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
      expectNothingPrivate(answer);
    });

    it.each(Object.entries(APIS))('are 503 at %s', async (__, ask) => {
      breakWith(error);
      const answer = await ask();
      expect(answer).toMatchObject({ status: 503, json: { status: 503 } });
      expect(answer.headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
      expectNothingPrivate(answer);
    });
  });

  it('stand in the log with their stack and their request, and without what they quote', async () => {
    breakWith(aDatabaseError('42P01'));
    const id = (await signIn(server, client, person)).headers.get('X-Request-Id');
    const lines = server.logs.filter((line) => line.includes(`"request_id":"${id}"`));
    const report = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'unexpected error');
    expect(report).toMatchObject({ level: 50, err: { stack: expect.stringContaining('at ') } });
    expect(lines.join('')).not.toContain('db.internal');
  });

  it('make the server not ready while they last, and alive all the same', async () => {
    vi.spyOn(server.app.get(Database), 'isReady').mockRejectedValue(aDatabaseError('08006'));
    const answer = await call(server, '/health/ready');
    expect(answer).toMatchObject({ status: 503, json: { status: 503 } });
    expect(answer.headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
    expectNothingPrivate(answer);
    expect((await call(server, '/health/live')).status).toBe(200);
    vi.restoreAllMocks();
    expect(await call(server, '/health/ready')).toMatchObject({ status: 200, json: { status: 'up' } });
  });

  it('end with their cause: everything works as before', async () => {
    breakWith(new Error(PRIVATE));
    expect((await signIn(server, client, person)).status).toBe(500);
    vi.restoreAllMocks();
    expect((await signIn(server, client, person)).status).toBe(200);
    for (const ask of Object.values(APIS)) expect((await ask()).status).toBe(200);
  });
});
