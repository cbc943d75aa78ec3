import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GrantRegistry } from '../../../src/modules/tokens/index.js';
import { UserStore } from '../../../src/modules/users/user-store.js';
import {
  type BusyQueue,
  holdConnections,
  keepHashingBusy,
  requestText,
  sendRequest,
} from '../../support/abandoned-request.js';
import { ADMINISTRATION_SCOPES } from '../../support/administration.js';
import { type GatewayTopology, startTopology } from '../../support/gateway-topology.js';
import { basic, refresh, signIn } from '../../support/http.js';
import { decodeJwt } from '../../support/jwt.js';
import {
  PASSWORD,
  type TestClient,
  type TestPerson,
  aConfidentialClient,
  aPerson,
} from '../../support/mothers.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../../support/server.js';
import { passwordForm } from '../../support/token-endpoint.js';

const SECRET = randomBytes(32).toString('hex');
const PROCESSING = 'HTTP/1.1 102 Processing\r\n\r\n';
const NEW_PASSWORD = 'eleven calm rivers bending';

let server: TestServer;
let client: TestClient;
let person: TestPerson;
let adminToken: string;
let personToken: string;
let opaqueToken: string;

beforeAll(async () => {
  server = await startServer({ INTERNAL_SECRET: SECRET });
  client = await aConfidentialClient(server);
  person = await aPerson(server);
  adminToken = (await signIn(server, FIRST_CLIENT, ADMINISTRATOR, ADMINISTRATION_SCOPES.join(' '))).json
    .access_token;
  personToken = (await signIn(server, client, person)).json.access_token;
  const opaqueClient = await aConfidentialClient(server, { accessTokenFormat: 'opaque' });
  opaqueToken = (await signIn(server, opaqueClient, person)).json.access_token;
});

beforeEach(() => void (server.logs.length = 0));
afterEach(() => vi.restoreAllMocks());
afterAll(() => server?.close());

const requestLines = ({ logs }: Pick<TestServer, 'logs'>): any[] =>
  logs.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');

/** A sign-in as text. */
const signInText = (): string =>
  requestText(
    'POST /token',
    { Authorization: basic(client) },
    new URLSearchParams(passwordForm(person)).toString(),
  );

const QUEUED: [string, string, () => string][] = [
  ['a sign-in', '/token', signInText],
  [
    'a question of a gateway',
    '/auth',
    () =>
      requestText('POST /auth', bearing(SECRET), {
        username: person.username,
        password: PASSWORD,
        client_id: client.id,
        ip: null,
        user_agent: null,
      }),
  ],
  [
    'a change of password',
    '/account/password',
    () =>
      requestText('POST /account/password', bearing(personToken), {
        current_password: PASSWORD,
        new_password: NEW_PASSWORD,
      }),
  ],
  [
    'a new user',
    '/admin/users',
    () =>
      requestText('POST /admin/users', bearing(adminToken), { username: 'nobody', password: NEW_PASSWORD }),
  ],
  [
    'a reset password',
    '/admin/users/:id',
    () => requestText(`PATCH /admin/users/${person.sub}`, bearing(adminToken), { password: NEW_PASSWORD }),
  ],
];

const bearing = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });

describe('a request whose client disconnects while it waits for its turn to be hashed', () => {
  let busy: BusyQueue;

  beforeEach(async () => {
    busy = await keepHashingBusy(server);
  });

  afterEach(() => busy.release());

  it.each(QUEUED)('leaves the queue, and has one line in the log: %s', async (_, route, text) => {
    const { socket } = await sendRequest(server, text());
    await vi.waitFor(() => expect(busy.given).toBe(1));
    socket.resetAndDestroy();
    await vi.waitFor(() =>
      expect(requestLines(server)).toMatchObject([{ route, status: 499, aborted: true, ip: '127.0.0.1' }]),
    );
    await busy.release();
    expect((await signIn(server, client, person)).status).toBe(200);
    expect(busy.begun).toBe(0);
    expect(requestLines(server)).toHaveLength(2);
    expect(server.logs.filter((line) => line.includes('unexpected error'))).toEqual([]);
  });

  it('leaves it as well when the client closes its connection without a reset', async () => {
    const { socket } = await sendRequest(server, signInText());
    await vi.waitFor(() => expect(busy.given).toBe(1));
    socket.destroy();
    await vi.waitFor(() => expect(requestLines(server)).toMatchObject([{ status: 499, aborted: true }]));
    await busy.release();
    expect(busy.begun).toBe(0);
  });

  it('gets its response when the client has closed only its own side', async () => {
    const request = await sendRequest(server, signInText());
    await vi.waitFor(() => expect(busy.given).toBe(1));
    request.socket.end();
    // Asked whether it is still there, by a response that every client skips.
    await vi.waitFor(() => expect(request.received).toContain(PROCESSING));
    await busy.release();
    await request.closed;
    const [head, body] = request.received.replaceAll(PROCESSING, '').split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(JSON.parse(body!)).toMatchObject({ token_type: 'Bearer' });
    expect(requestLines(server)).toMatchObject([{ route: '/token', status: 200 }]);
    expect(await endReasonOf(JSON.parse(body!).access_token)).toBeNull();
  });

  it('sends an HTTP/1.0 client nothing but its response (RFC 9110 §15.2)', async () => {
    const text = signInText().replace('HTTP/1.1', 'HTTP/1.0');
    const request = await sendRequest(server, text);
    await vi.waitFor(() => expect(busy.given).toBe(1));
    request.socket.end();
    await busy.release();
    await request.closed;
    expect(request.received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});

const READING: [string, string, () => string][] = [
  ['with an access token', '/userinfo', () => requestText('GET /userinfo', bearing(personToken), undefined)],
  [
    'with an opaque access token',
    '/userinfo',
    () => requestText('GET /userinfo', bearing(opaqueToken), undefined),
  ],
  ['with client credentials', '/token', signInText],
  [
    'of a gateway about a user',
    '/auth/users/:sub',
    () => requestText(`GET /auth/users/${person.sub}`, bearing(SECRET), undefined),
  ],
];

describe('a request whose client disconnects while it waits for a connection to the database', () => {
  it.each(READING)('runs no statement: %s', async (_, route, text) => {
    const held = await holdConnections(server);
    const { socket } = await sendRequest(server, text());
    await vi.waitFor(() => expect(held.waiting).toBe(1));
    socket.resetAndDestroy();
    await vi.waitFor(() =>
      expect(requestLines(server)).toMatchObject([{ route, status: 499, aborted: true }]),
    );
    expect(await held.release()).toEqual([]);
    expect((await signIn(server, client, person)).status).toBe(200);
    expect(server.logs.filter((line) => line.includes('unexpected error'))).toEqual([]);
  });

  it('but one that presents a used refresh token is judged to the end: it may be stolen', async () => {
    const { json } = await signIn(server, client, person);
    const refreshing = requestText(
      'POST /token',
      { Authorization: basic(client), 'User-Agent': 'another' },
      new URLSearchParams({ grant_type: 'refresh_token', refresh_token: json.refresh_token }).toString(),
    );
    const first = (await refresh(server, client, json.refresh_token)).json;
    await refresh(server, client, first.refresh_token);
    const users = server.app.get(UserStore);
    const find = users.findById.bind(users);
    const request = await sendRequest(server, '');
    vi.spyOn(users, 'findById').mockImplementationOnce(async (...parameters) => {
      request.socket.resetAndDestroy();
      await vi.waitFor(() => expect(requestLines(server).at(-1)).toMatchObject({ aborted: true }));
      return find(...parameters);
    });
    request.socket.write(refreshing);
    await vi.waitFor(async () => expect(await endReasonOf(json.access_token)).toBe('reuse'));
  });
});

async function endReasonOf(accessToken: string): Promise<string | null> {
  const [row] = await server.app
    .get(DataSource)
    .query('SELECT end_reason FROM grants WHERE id = $1', [decodeJwt(accessToken).claims.sid]);
  return row.end_reason;
}

describe('a session whose tokens reach nobody', () => {
  it('is ended: the client disconnected after it had begun', async () => {
    const grants = server.app.get(GrantRegistry);
    const begin = grants.begin.bind(grants);
    const request = await sendRequest(server, '');
    let grantId = '';
    vi.spyOn(grants, 'begin').mockImplementationOnce(async (...parameters) => {
      const begun = await begin(...parameters);
      grantId = begun.grant.id;
      request.socket.resetAndDestroy();
      return begun;
    });
    request.socket.write(signInText());
    const ended = 'SELECT end_reason FROM grants WHERE id = $1';
    await vi.waitFor(async () => {
      expect(grantId).not.toBe('');
      expect(await server.app.get(DataSource).query(ended, [grantId])).toEqual([
        { end_reason: 'undelivered' },
      ]);
    });
    await vi.waitFor(() => expect(requestLines(server)).toMatchObject([{ route: '/token', aborted: true }]));
  });
});

describe('every request has one line in the log', () => {
  it('also one whose body breaks off', async () => {
    const { socket } = await sendRequest(server, signInText().slice(0, -10));
    setTimeout(() => socket.resetAndDestroy(), 50);
    await vi.waitFor(() =>
      expect(requestLines(server)).toMatchObject([{ route: '/token', status: 499, aborted: true }]),
    );
  });

  it('also one whose target the router cannot read', async () => {
    const { socket } = await sendRequest(server, requestText('GET /%zz', { 'X-Secret': 'x' }, undefined));
    await vi.waitFor(() => expect(requestLines(server)).toMatchObject([{ route: null, status: 400 }]));
    socket.destroy();
  });
});

describe('a client that disconnects from the gateway', () => {
  let topology: GatewayTopology;

  beforeAll(async () => {
    topology = await startTopology();
    await aPerson(topology.identity, { username: 'somebody' });
  });

  afterAll(() => topology?.close());

  it('takes its question out of the queue of the process that has the users', async () => {
    const { gateway, identity } = topology;
    const busy = await keepHashingBusy(identity);
    gateway.logs.length = identity.logs.length = 0;
    const form = new URLSearchParams({
      grant_type: 'password',
      username: 'somebody',
      password: PASSWORD,
    }).toString();
    const { socket } = await sendRequest(
      gateway,
      requestText('POST /token', { Authorization: basic(FIRST_CLIENT) }, form),
    );
    await vi.waitFor(() => expect(busy.given).toBe(1));
    socket.resetAndDestroy();
    for (const [process, route] of [
      [gateway, '/token'],
      [identity, '/auth'],
    ] as const) {
      await vi.waitFor(() =>
        expect(requestLines(process)).toMatchObject([{ route, status: 499, aborted: true }]),
      );
    }
    await busy.release();
    expect(busy.begun).toBe(0);
    expect(gateway.logs.join('\n')).not.toContain('did not answer as it should');
  });
});
