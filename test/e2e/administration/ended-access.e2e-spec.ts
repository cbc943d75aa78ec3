import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GrantRegistry } from '../../../src/modules/tokens/index.js';
import { ACCESS_TOKEN_FORMATS } from '../../../src/protocol/access-token.js';
import { type Administration, administrationOf } from '../../support/administration.js';
import { type Answer, bearer, post, refresh, signIn } from '../../support/http.js';
import { decodeJwt } from '../../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { SECRET_METHODS, expectTokens, passwordForm } from '../../support/token-endpoint.js';
import {
  API,
  INACTIVE,
  aResourceServer,
  expectOAuthError,
  expectRefused,
  introspect,
} from '../../support/verdicts.js';

let server: TestServer;
let admin: Administration;
let resourceServer: TestClient;

beforeAll(async () => {
  server = await startServer();
  admin = await administrationOf(server);
  resourceServer = await aResourceServer(server);
});

afterAll(() => server.close());

/** What a person and a client that have signed in find on each path afterwards. */
interface Paths {
  passwordGrant: string;
  refreshGrant: string;
  api: string;
  /** Of the access token, by a resource server. */
  introspection: string;
  /** Of the refresh token, by the client itself. */
  ownIntrospection: string;
}

interface State {
  state: string;
  change: (person: TestPerson, client: TestClient) => Promise<unknown>;
  expected: Paths;
}

const ENDED: Paths = {
  passwordGrant: 'invalid_grant',
  refreshGrant: 'invalid_grant',
  api: 'invalid_token',
  introspection: 'inactive',
  ownIntrospection: 'inactive',
};
const CLIENT_ENDED: Paths = {
  passwordGrant: 'invalid_client',
  refreshGrant: 'invalid_client',
  api: 'invalid_token',
  introspection: 'inactive',
  ownIntrospection: 'invalid_client',
};
const UNTOUCHED: Paths = {
  passwordGrant: 'granted',
  refreshGrant: 'granted',
  api: 'served',
  introspection: 'active',
  ownIntrospection: 'active',
};

const patchPerson = ({ sub }: TestPerson, body: object) => admin('PATCH', `/admin/users/${sub}`, body);
const patchClient = ({ id }: TestClient, body: object) => admin('PATCH', `/admin/clients/${id}`, body);

const STATES_OF_A_PERSON: State[] = [
  { state: 'nothing', change: async () => undefined, expected: UNTOUCHED },
  { state: 'disabled', change: (person) => patchPerson(person, { status: 'disabled' }), expected: ENDED },
  {
    state: 'disabled and enabled again',
    change: async (person) => {
      await patchPerson(person, { status: 'disabled' });
      await patchPerson(person, { status: 'active' });
    },
    expected: { ...ENDED, passwordGrant: 'granted' },
  },
  {
    state: 'a password of their own choice',
    change: async (person, client) => {
      const { json } = await signIn(server, client, person, 'account');
      const body = { current_password: person.password, new_password: 'eleven calm rivers bending' };
      await bearer(server, json.access_token, '/account/password', { method: 'POST', body });
    },
    expected: ENDED,
  },
  {
    state: 'a password reset by an administrator',
    change: (person) => patchPerson(person, { password: 'eleven calm rivers bending' }),
    expected: ENDED,
  },
  {
    state: 'a password reset to the same one',
    change: (person) => patchPerson(person, { password: person.password }),
    expected: { ...ENDED, passwordGrant: 'granted' },
  },
  { state: 'deleted', change: ({ sub }) => admin('DELETE', `/admin/users/${sub}`), expected: ENDED },
  {
    state: 'deleted, and someone else under the name',
    change: async ({ sub, username, password }) => {
      await admin('DELETE', `/admin/users/${sub}`);
      await admin('POST', '/admin/users', { username, password });
    },
    expected: { ...ENDED, passwordGrant: 'granted' },
  },
  {
    state: 'another name and address',
    change: (person) =>
      patchPerson(person, { name: 'Somebody', email: 'somebody@example.com', roles: ['clerk'] }),
    expected: UNTOUCHED,
  },
];

const STATES_OF_A_CLIENT: State[] = [
  {
    state: 'disabled',
    change: (_, client) => patchClient(client, { status: 'disabled' }),
    expected: CLIENT_ENDED,
  },
  {
    state: 'disabled and enabled again',
    change: async (_, client) => {
      await patchClient(client, { status: 'disabled' });
      await patchClient(client, { status: 'active' });
    },
    expected: { ...ENDED, passwordGrant: 'granted' },
  },
  {
    state: 'deleted',
    change: (_, { id }) => admin('DELETE', `/admin/clients/${id}`),
    expected: CLIENT_ENDED,
  },
  {
    state: 'its refresh grant removed',
    change: (_, client) => patchClient(client, { grant_types: ['password'] }),
    expected: { ...ENDED, passwordGrant: 'granted', refreshGrant: 'unauthorized_client' },
  },
  {
    state: 'its password grant removed',
    change: (_, client) => patchClient(client, { grant_types: ['refresh_token'] }),
    expected: { ...ENDED, passwordGrant: 'unauthorized_client' },
  },
  {
    state: 'no longer first-party',
    change: (_, client) => patchClient(client, { first_party: false, grant_types: ['refresh_token'] }),
    expected: { ...ENDED, passwordGrant: 'unauthorized_client' },
  },
  {
    state: 'its grants removed and given back',
    change: async (_, client) => {
      await patchClient(client, { grant_types: [] });
      await patchClient(client, { grant_types: ['password', 'refresh_token'] });
    },
    expected: { ...ENDED, passwordGrant: 'granted' },
  },
  {
    state: 'a grant type more, and one of its own less',
    change: async (_, client) => {
      await patchClient(client, { grant_types: ['password', 'refresh_token', 'client_credentials'] });
      await patchClient(client, { grant_types: ['password', 'refresh_token'] });
    },
    expected: UNTOUCHED,
  },
  {
    state: 'its secret rotated, the old one still good',
    change: (_, { id }) => admin('POST', `/admin/clients/${id}/secret`, { overlap: 60 }),
    expected: UNTOUCHED,
  },
  {
    state: 'its secret rotated, the old one no longer good',
    change: async (_, { id }) => {
      await admin('POST', `/admin/clients/${id}/secret`, { overlap: 60 });
      server.clock.advance(61);
    },
    expected: {
      passwordGrant: 'invalid_client',
      refreshGrant: 'invalid_client',
      api: 'served',
      introspection: 'active',
      ownIntrospection: 'invalid_client',
    },
  },
  {
    state: 'a new secret at once',
    change: async (_, { id }) => admin('POST', `/admin/clients/${id}/secret`, {}),
    expected: CLIENT_ENDED,
  },
  {
    state: 'its secret rotated with an overlap, and its sessions ended',
    change: (_, { id }) => admin('POST', `/admin/clients/${id}/secret`, { overlap: 60, end_sessions: true }),
    expected: { ...ENDED, passwordGrant: 'granted' },
  },
  {
    state: 'a new secret at once, and its sessions kept',
    change: (_, { id }) => admin('POST', `/admin/clients/${id}/secret`, { end_sessions: false }),
    expected: {
      passwordGrant: 'invalid_client',
      refreshGrant: 'invalid_client',
      api: 'served',
      introspection: 'active',
      ownIntrospection: 'invalid_client',
    },
  },
  {
    state: 'other members, on which no session rests',
    change: (_, client) =>
      patchClient(client, {
        client_name: 'Renamed',
        access_token_ttl: 60,
        refresh_token_ttl: 600,
        grant_ttl: 600,
        refresh_leeway: 0,
        allowed_origins: ['https://app.example'],
        audiences: [],
        user_details: [],
      }),
    expected: UNTOUCHED,
  },
];

/** One format with each method: the two have nothing to do with one another. */
const CLIENTS = SECRET_METHODS.map((method, at) => ({
  ...method,
  accessTokenFormat: ACCESS_TOKEN_FORMATS[at],
}));

describe.each(CLIENTS)('by $method, with $accessTokenFormat access tokens', ({ send, accessTokenFormat }) => {
  let person: TestPerson;
  let client: TestClient;
  let otherPerson: TestPerson;
  let otherClient: TestClient;

  beforeEach(async () => {
    // A clock that a test before this one moved would have outrun the administrator's token.
    admin = await administrationOf(server);
    [person, otherPerson] = [await aPerson(server), await aPerson(server)];
    [client, otherClient] = [
      await aConfidentialClient(server, { accessTokenFormat }),
      await aConfidentialClient(server, { accessTokenFormat }),
    ];
  });

  it.each(STATES_OF_A_PERSON)('a person: $state', async ({ change, expected }) => {
    const tokens = (await send(server, client, passwordForm(person))).json;
    const bystander = (await send(server, client, passwordForm(otherPerson))).json;
    await change(person, client);
    expect(await pathsOf(person, client, tokens)).toEqual(expected);
    expect(await pathsOf(otherPerson, client, bystander)).toEqual(UNTOUCHED);
  });

  it.each(STATES_OF_A_CLIENT)('a client: $state', async ({ change, expected }) => {
    const tokens = (await send(server, client, passwordForm(person))).json;
    const bystander = (await send(server, otherClient, passwordForm(person))).json;
    await change(person, client);
    expect(await pathsOf(person, client, tokens)).toEqual(expected);
    expect(await pathsOf(person, otherClient, bystander)).toEqual(UNTOUCHED);
  });

  async function pathsOf(
    who: TestPerson,
    at: TestClient,
    { access_token: access, refresh_token: refreshToken }: { access_token: string; refresh_token: string },
  ): Promise<Paths> {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken };
    return {
      api: apiVerdict(await bearer(server, access, API)),
      introspection: activity(await introspect(server, resourceServer, access)),
      ownIntrospection: activity(await send(server, at, { token: refreshToken }, {}, '/introspect')),
      passwordGrant: grantVerdict(await send(server, at, passwordForm(who))),
      refreshGrant: grantVerdict(await send(server, at, form)),
    };
  }
});

describe('a deleted person', () => {
  it('leaves nothing to whoever is created under the name: another subject, and none that is a client', async () => {
    const client = await aConfidentialClient(server);
    const gone = await aPerson(server, { username: 'comes-back' });
    const old = (await signIn(server, client, gone)).json;
    const kept = await bearer(server, old.access_token, API, {
      method: 'POST',
      body: { title: 'Mine', body: {} },
    });
    await admin('DELETE', `/admin/users/${gone.sub}`);
    const next = await aPerson(server, { username: 'comes-back' });
    const fresh = (await signIn(server, client, next)).json;
    const { sub } = decodeJwt(fresh.access_token).claims;
    expect([sub, sub === gone.sub, sub === client.id]).toEqual([next.sub, false, false]);
    expect((await bearer(server, fresh.access_token, `${API}/${kept.json.id}`)).status).toBe(404);
    await expectRefused(server, resourceServer, old.access_token);
  });
});

describe('the tokens of a client by itself', () => {
  const form = { grant_type: 'client_credentials' };

  it('end when the client is disabled, and stay ended when it is enabled again', async () => {
    const client = await aConfidentialClient(server);
    const { access_token: token } = (await post(server, '/token', client, form)).json;
    await patchClient(client, { status: 'disabled' });
    await expectRefused(server, resourceServer, token);
    await patchClient(client, { status: 'active' });
    await expectRefused(server, resourceServer, token);
    const fresh = await post(server, '/token', client, form);
    expect((await bearer(server, fresh.json.access_token, API)).status).toBe(200);
    await expectRefused(server, resourceServer, token);
  });

  it('end when the client is deleted, and do not serve another one under the id', async () => {
    const client = await aConfidentialClient(server, {}, { clientId: 'machine' });
    const { access_token: token } = (await post(server, '/token', client, form)).json;
    await admin('DELETE', '/admin/clients/machine');
    const next = await aConfidentialClient(server, {}, { clientId: 'machine' });
    expectTokens(await post(server, '/token', next, form));
    await expectRefused(server, resourceServer, token);
  });

  it('lose a scope that the client loses', async () => {
    const client = await aConfidentialClient(server);
    const { access_token: token } = (await post(server, '/token', client, form)).json;
    await patchClient(client, { scope: 'resources:read' });
    expect((await introspect(server, resourceServer, token)).json.scope).toBe('resources:read');
    const write = { method: 'POST', body: { title: 'No', body: {} } };
    expect(apiVerdict(await bearer(server, token, API, write))).toBe('insufficient_scope');
    expect(apiVerdict(await bearer(server, token, API))).toBe('served');
    expect((await post(server, '/token', client, form)).json.scope).toBe('resources:read');
  });
});

describe('a person who loses the role admin', () => {
  const SCOPE = 'users:read resources:read';

  it('keeps what anyone may have and loses the administration, on every path', async () => {
    const { console, person, tokens } = await aSecondAdministrator();
    expect(apiVerdict(await bearer(server, tokens.access_token, '/admin/users'))).toBe('served');
    await patchPerson(person, { roles: [] });

    expect(apiVerdict(await bearer(server, tokens.access_token, '/admin/users'))).toBe('insufficient_scope');
    expect(apiVerdict(await bearer(server, tokens.access_token, API))).toBe('served');
    expect((await introspect(server, resourceServer, tokens.access_token)).json).toMatchObject({
      active: true,
      scope: 'resources:read',
    });
    expectOAuthError(await signIn(server, console, person, SCOPE), 'invalid_scope');
    expectOAuthError(await refresh(server, console, tokens.refresh_token, { scope: SCOPE }), 'invalid_scope');
    const refreshed = await refresh(server, console, tokens.refresh_token);
    expect(refreshed.json.scope).toBe('resources:read');
    expect(apiVerdict(await bearer(server, refreshed.json.access_token, '/admin/users'))).toBe(
      'insufficient_scope',
    );
    expect((await signIn(server, console, person, 'resources:read')).status).toBe(200);
  });

  it('gets nothing back by the role alone: a new sign-in is needed', async () => {
    const { console, person, tokens } = await aSecondAdministrator();
    await patchPerson(person, { roles: [] });
    await patchPerson(person, { roles: ['admin'] });
    expect(apiVerdict(await bearer(server, tokens.access_token, '/admin/users'))).toBe('insufficient_scope');
    expect((await refresh(server, console, tokens.refresh_token)).json.scope).toBe('resources:read');
    const fresh = await signIn(server, console, person, SCOPE);
    expect(apiVerdict(await bearer(server, fresh.json.access_token, '/admin/users'))).toBe('served');
  });

  async function aSecondAdministrator() {
    const console = await aConfidentialClient(server, { scope: SCOPE.split(' ') });
    const person = await aPerson(server, { roles: ['admin'] });
    return { console, person, tokens: (await signIn(server, console, person, SCOPE)).json };
  }
});

describe('a client whose scope is narrowed', () => {
  it('loses it on every path, for every person, and does not get it back by itself', async () => {
    const client = await aConfidentialClient(server);
    const person = await aPerson(server);
    const tokens = (await signIn(server, client, person)).json;
    const write = { method: 'POST', body: { title: 'Once', body: {} } };
    expect((await bearer(server, tokens.access_token, API, write)).status).toBe(201);
    await patchClient(client, { scope: 'profile resources:read' });

    expect(apiVerdict(await bearer(server, tokens.access_token, API, write))).toBe('insufficient_scope');
    expect(apiVerdict(await bearer(server, tokens.access_token, API))).toBe('served');
    const seen = await introspect(server, resourceServer, tokens.access_token);
    expect(seen.json).toMatchObject({ active: true, scope: 'profile resources:read' });
    expectOAuthError(await signIn(server, client, person, 'resources:write'), 'invalid_scope');
    expect((await signIn(server, client, person)).json.scope).toBe('profile resources:read');
    const wide = { scope: 'resources:read resources:write' };
    expectOAuthError(await refresh(server, client, tokens.refresh_token, wide), 'invalid_scope');
    const refreshed = (await refresh(server, client, tokens.refresh_token)).json;
    expect(refreshed.scope).toBe('profile resources:read');

    await patchClient(client, { scope: 'profile account resources:read resources:write' });
    expect(apiVerdict(await bearer(server, tokens.access_token, API, write))).toBe('insufficient_scope');
    expect((await refresh(server, client, refreshed.refresh_token)).json.scope).toBe(
      'profile resources:read',
    );
    expect((await signIn(server, client, person, 'resources:write')).json.scope).toBe('resources:write');
  });
});

describe('a deletion that failed before it came to the tokens', () => {
  it.each([
    ['a person', 'endAllOfSubject', ({ sub }: TestPerson) => `/admin/users/${sub}`],
    ['a client', 'endOfClient', (_: TestPerson, { id }: TestClient) => `/admin/clients/${id}`],
  ] as const)('ends those of %s when it is tried again', async (_, step, pathOf) => {
    const client = await aConfidentialClient(server);
    const person = await aPerson(server);
    const token = (await signIn(server, client, person)).json.access_token;
    const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    const failing = vi.spyOn(server.app.get(GrantRegistry), step).mockRejectedValue(away);
    const path = pathOf(person, client);

    expect((await admin('DELETE', path)).status).toBe(503);
    failing.mockRestore();
    expect(apiVerdict(await bearer(server, token, API))).toBe('served');
    expect((await admin('DELETE', path)).status).toBe(404);
    expect(apiVerdict(await bearer(server, token, API))).toBe('invalid_token');
    expect(activity(await introspect(server, resourceServer, token))).toBe('inactive');
  });
});

describe('the tokens of a client itself', () => {
  const form = { grant_type: 'client_credentials' };

  it.each([
    ['it loses the grant type', (client: TestClient) => patchClient(client, { grant_types: ['password'] })],
    ['its secret may have leaked', ({ id }: TestClient) => admin('POST', `/admin/clients/${id}/secret`)],
  ])('end when %s', async (_, change) => {
    const client = await aConfidentialClient(server, { grantTypes: ['password', 'client_credentials'] });
    const { json } = await post(server, '/token', client, form);
    expect(apiVerdict(await bearer(server, json.access_token, API))).toBe('served');
    expect((await change(client)).status).toBe(200);
    expect(apiVerdict(await bearer(server, json.access_token, API))).toBe('invalid_token');
  });

  it('go on when it loses what the sessions of users rest on', async () => {
    const client = await aConfidentialClient(server, { grantTypes: ['password', 'client_credentials'] });
    const { json } = await post(server, '/token', client, form);
    await patchClient(client, { grant_types: ['client_credentials'], first_party: false });
    expect(apiVerdict(await bearer(server, json.access_token, API))).toBe('served');
  });
});

describe('a change of a client that failed before it came to the sessions', () => {
  it('ends them when it is tried again, although nothing of the client changes any more', async () => {
    const client = await aConfidentialClient(server);
    const token = (await signIn(server, client, await aPerson(server))).json.access_token;
    const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    vi.spyOn(server.app.get(GrantRegistry), 'endOfClient').mockRejectedValueOnce(away);
    const change = { grant_types: ['refresh_token'] };
    expect((await patchClient(client, change)).status).toBe(503);
    expect(apiVerdict(await bearer(server, token, API))).toBe('served');
    expect((await patchClient(client, change)).status).toBe(200);
    expect(apiVerdict(await bearer(server, token, API))).toBe('invalid_token');
  });
});

function grantVerdict({ status, json }: Answer): string {
  return status === 200 ? 'granted' : json.error;
}

function activity({ status, text, json }: Answer): string {
  if (status !== 200) return json.error;
  return text === INACTIVE ? 'inactive' : json.active === true ? 'active' : text;
}

function apiVerdict({ status, headers }: Answer): string {
  if (status === 200) return 'served';
  return /error="([^"]+)"/.exec(headers.get('WWW-Authenticate') ?? '')?.[1] ?? String(status);
}
