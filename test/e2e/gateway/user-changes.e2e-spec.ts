import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SCOPES, holderOf } from '../../../src/protocol/scopes.js';
import { bearerVerdict } from '../../support/bearer-verdict.js';
import { declaredRoutesOf } from '../../support/declared-routes.js';
import { type DirectoryFront, startDirectoryFront } from '../../support/directory-front.js';
import { freePort } from '../../support/free-port.js';
import { type GatewayTopology, asOne, startTopology } from '../../support/gateway-topology.js';
import { bearer, post, refresh, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { RoutesFolder } from '../../support/routes-folder.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer } from '../../support/server.js';
import { API } from '../../support/verdicts.js';

const NEW_PASSWORD = 'eleven calm rivers bending';
const ADMINISTRATION = Object.keys(SCOPES).filter((name) => holderOf(name) === 'administrator');

let front: DirectoryFront;
let topology: GatewayTopology;
let gateway: TestServer;
let client: TestClient;
let administrator: string;
let person: TestPerson;
/** An access token and a refresh token of the person, and the access token of somebody else. */
let token: string;
let refreshToken: string;
let bystander: string;

const folder = new RoutesFolder();

beforeAll(async () => {
  const identityPort = await freePort();
  front = await startDirectoryFront(`http://127.0.0.1:${identityPort}`);
  const apiPort = await freePort();
  const audience = 'https://gateway.example/identity';
  const routes = [
    { id: 'api', path: '/api/**', upstream: `http://127.0.0.1:${apiPort}` },
    { id: 'users', path: '/admin/users/**', audience, upstream: front.origin },
    { id: 'password', path: '/account/password', audience, upstream: front.origin },
    {
      ...{ id: 'staff', path: '/staff/**', audience },
      upstream: {
        ...{ targets: [front.origin] },
        ...{ strip_prefix: '/staff', add_prefix: '/admin/users' },
      },
    },
    { id: 'own', path: '/own/**', audience, upstream: { targets: [front.origin], strip_prefix: '/own' } },
  ];
  topology = await startTopology({
    every: { ISSUER: 'https://gateway.example' },
    identity: { PORT: String(identityPort) },
    api: { PORT: String(apiPort) },
    gateway: {
      IDENTITY_URL: front.origin,
      API_URL: `http://127.0.0.1:${apiPort}`,
      ROUTES_FILE: folder.write(JSON.stringify({ routes })),
    },
  });
  ({ gateway } = topology);
  client = await aConfidentialClient(asOne(topology));
  const scope = `resources:read ${ADMINISTRATION.join(' ')}`;
  const console = await aConfidentialClient(asOne(topology), { scope: scope.split(' ') });
  administrator = (await signIn(gateway, console, ADMINISTRATOR, scope)).json.access_token;
  bystander = (await signIn(gateway, client, await aPerson(asOne(topology)))).json.access_token;
});

beforeEach(async () => {
  person = await aPerson(asOne(topology));
  const { json } = await signIn(gateway, client, person);
  [token, refreshToken] = [json.access_token, json.refresh_token];
  [front.received, front.carriedOut] = [[], []];
});

afterEach(() => {
  [front.descriptions, front.changes] = ['answered', 'answered'];
});

afterAll(async () => {
  await topology?.close();
  await front?.close();
  folder.remove();
});

const verdictOf = async (accessToken: string): Promise<string> =>
  bearerVerdict(await bearer(gateway, accessToken, API));

/** Changes the person's password in another session. */
async function changePassword(path = '/account/password', init: RequestInit = {}): Promise<number> {
  const { json } = await signIn(gateway, client, person, 'account');
  const { status } = await fetch(`${gateway.origin}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${json.access_token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ current_password: person.password, new_password: NEW_PASSWORD }),
    ...init,
  });
  return status;
}

describe('a change of a user that passes through the gateway', () => {
  it.each([
    ['PATCH', '/admin/users/'],
    ['DELETE', '/admin/users/'],
    ['PATCH', '/staff/'],
    ['DELETE', '/staff/'],
    ['PATCH', '/own/admin/users/'],
  ])('has ended the sessions when the response comes: %s %s{id}', async (method, path) => {
    const body = method === 'PATCH' ? { status: 'disabled' } : undefined;
    const { status } = await bearer(gateway, administrator, `${path}${person.sub}`, { method, body });
    expect([status, await verdictOf(token)]).toEqual([method === 'PATCH' ? 200 : 204, 'invalid_token']);
    expect((await refresh(gateway, client, refreshToken)).json.error).toBe('invalid_grant');
    expect(await verdictOf(bystander)).toBe('accepted');
  });

  it.each(['/account/password', '/own/account/password'])(
    'has ended the sessions of the old password: POST %s',
    async (path) => {
      expect([await changePassword(path), await verdictOf(token)]).toEqual([204, 'invalid_token']);
      expect(await verdictOf(bystander)).toBe('accepted');
    },
  );

  it('leaves the sessions of a user whose name alone has changed', async () => {
    const body = { name: 'Somebody' };
    const path = `/admin/users/${person.sub}`;
    expect((await bearer(gateway, administrator, path, { method: 'PATCH', body })).status).toBe(200);
    expect(await verdictOf(token)).toBe('accepted');
  });

  it('ends all sessions of the user when the directory cannot be asked afterwards', async () => {
    front.descriptions = 'refused';
    const body = { name: 'Somebody' };
    const path = `/admin/users/${person.sub}`;
    expect((await bearer(gateway, administrator, path, { method: 'PATCH', body })).status).toBe(200);
    expect([await verdictOf(token), await verdictOf(bystander)]).toEqual(['invalid_token', 'accepted']);
    front.descriptions = 'answered';
    expect((await refresh(gateway, client, refreshToken)).json.error).toBe('invalid_grant');
    expect((await signIn(gateway, client, person)).status).toBe(200);
  });

  it('ends the sessions though its client did not wait for the response', async () => {
    front.changes = 500;
    const abort = new AbortController();
    const changed = changePassword('/account/password', { signal: abort.signal });
    await vi.waitFor(() => expect(front.received).toContain('POST /account/password'), 5_000);
    abort.abort();
    await expect(changed).rejects.toThrow();
    expect([front.carriedOut.includes('POST /account/password'), await verdictOf(token)]).toEqual([
      false,
      'accepted',
    ]);
    await vi.waitFor(async () => expect(await verdictOf(token)).toBe('invalid_token'), 5_000);
    expect(await verdictOf(bystander)).toBe('accepted');
  });

  it('ends the sessions though the response of the directory is lost', async () => {
    front.changes = 'lost';
    expect([await changePassword(), await verdictOf(token)]).toEqual([502, 'invalid_token']);
  });

  it('ends nobody’s sessions when the directory rejects it, whether or not it can be asked', async () => {
    front.descriptions = 'refused';
    const body = { status: 'disabled' };
    const rejected = await bearer(gateway, bystander, `/admin/users/${person.sub}`, {
      method: 'PATCH',
      body,
    });
    expect([bearerVerdict(rejected), await verdictOf(token)]).toEqual(['insufficient_scope', 'accepted']);
  });

  it('is told of in no other request: a user who is created costs no question about anybody', async () => {
    const created = await bearer(gateway, administrator, '/admin/users', {
      ...{ method: 'POST', body: { username: 'somebody-new', password: NEW_PASSWORD } },
    });
    expect([created.status, front.carriedOut]).toEqual([201, ['POST /admin/users']]);
  });
});

describe('while the directory cannot be asked', () => {
  /** The administration routes of the gateway's own process, each with the answer that it gives now. */
  async function administrationNow(): Promise<Record<string, string>> {
    const own = declaredRoutesOf(gateway).filter(
      ({ access }) =>
        access?.kind === 'scopes' && access.scopes.some((name) => ADMINISTRATION.includes(name)),
    );
    expect(own.length).toBeGreaterThanOrEqual(10);
    const entries = own.map(async ({ method, path }) => {
      const answer = await bearer(gateway, administrator, path.replaceAll(/:\w+/g, person.sub), { method });
      return [`${method} ${path}`, `${answer.status} ${answer.headers.get('Retry-After')}`] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  it('every administration route of the gateway is 503 with Retry-After, and nothing else is', async () => {
    front.descriptions = 'refused';
    // What was asked before this counts for a second.
    await sleep(1_000);
    expect([...new Set(Object.values(await administrationNow()))]).toEqual(['503 5']);
    expect([await verdictOf(administrator), await verdictOf(token)]).toEqual(['accepted', 'accepted']);
    front.descriptions = 'answered';
    expect((await bearer(gateway, administrator, '/admin/clients')).status).toBe(200);
  });

  it('a description that takes longer than a second is too old to decide by', async () => {
    await sleep(1_000);
    front.descriptions = 1_100;
    const late = await bearer(gateway, administrator, '/admin/clients');
    expect([late.status, late.headers.get('Retry-After')]).toEqual([503, '1']);
  });

  it('a token without an administration scope costs the directory no question', async () => {
    const refused = await bearer(gateway, token, '/admin/clients');
    expect([bearerVerdict(refused), front.carriedOut]).toEqual(['insufficient_scope', []]);
  });
});

describe('a client by itself', () => {
  it('is no user: routes of users lack the scope, as in one process', async () => {
    const { json } = await post(gateway, '/token', FIRST_CLIENT, { grant_type: 'client_credentials' });
    for (const path of ['/admin/users', '/admin/clients', '/account/sessions']) {
      expect(bearerVerdict(await bearer(gateway, json.access_token, path))).toBe('insufficient_scope');
    }
    expect(bearerVerdict(await bearer(gateway, json.access_token, API))).toBe('accepted');
  });
});
