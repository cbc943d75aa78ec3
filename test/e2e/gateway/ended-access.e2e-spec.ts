import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UserDirectory } from '../../../src/modules/users/index.js';
import { ACCESS_TOKEN_FORMATS } from '../../../src/protocol/access-token.js';
import { type Administration, administrationOf } from '../../support/administration.js';
import { bearerVerdict } from '../../support/bearer-verdict.js';
import { asOne } from '../../support/gateway-topology.js';
import { bearer, post, refresh, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type RecordedTopology, startRecordedTopology } from '../../support/recorded-topology.js';
import type { TestServer } from '../../support/server.js';
import { API, INACTIVE, aResourceServer, expectOAuthError, introspect } from '../../support/verdicts.js';
import {
  type WebSocketUpstream,
  handshakeVerdict,
  startWebSocketUpstream,
} from '../../support/web-socket.js';

const NEW_PASSWORD = 'eleven calm rivers bending';
const WRITE = { method: 'POST', body: { title: 'A line', body: {} } };

let topology: RecordedTopology;
let all: TestServer;
let upstream: WebSocketUpstream;
let resourceServer: TestClient;
let admin: Administration;

beforeAll(async () => {
  upstream = await startWebSocketUpstream();
  topology = await startRecordedTopology([
    {
      ...{ id: 'live', path: '/live', scopes: ['resources:read'], websocket: true },
      ...{ audience: 'https://live.example', upstream: upstream.origin },
    },
  ]);
  all = asOne(topology);
  resourceServer = await aResourceServer(all);
});

beforeEach(async () => {
  // A clock that a test before this one moved would have outrun the administrator's token.
  admin = await administrationOf(topology.gateway);
});

afterAll(async () => {
  await topology?.close();
  await upstream?.close();
});

interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** What an access token finds on each path. */
interface Paths {
  /** To the API, which sees the gateway's assertion. */
  forwarded: string;
  introspection: string;
  userinfo: string;
  webSocket: string;
}

const SERVED: Paths = {
  forwarded: 'accepted',
  introspection: 'active',
  userinfo: 'accepted',
  webSocket: 'accepted',
};

const ENDED: Paths = {
  forwarded: 'invalid_token',
  introspection: 'inactive',
  userinfo: 'invalid_token',
  webSocket: 'invalid_token',
};

/**
 * What the directory changes by itself is found when it is next asked. /userinfo asks each time, a refresh as well;
 * everything else goes by the token, for as long as an access token lives.
 */
const GONE_AT_THE_AUTH_SERVER: Paths = { ...SERVED, userinfo: 'invalid_token' };

interface State {
  state: string;
  change: (person: TestPerson, client: TestClient, tokens: Tokens) => Promise<{ status: number }>;
  /** Of the access token, before anything else happens. */
  atOnce: Paths;
  refreshed: 'granted' | 'invalid_grant' | 'invalid_client' | 'unauthorized_client';
  /** Of the same access token, after the refresh. */
  afterwards: Paths;
}

const patchPerson = ({ sub }: TestPerson, body: object) => admin('PATCH', `/admin/users/${sub}`, body);
const patchClient = ({ id }: TestClient, body: object) => admin('PATCH', `/admin/clients/${id}`, body);

async function sessionOf({ access_token: accessToken }: Tokens): Promise<string> {
  const { json } = await bearer(topology.gateway, accessToken, '/account/sessions');
  return json.items.find(({ current }: { current: boolean }) => current).id;
}

const directory = (): UserDirectory => topology.identity.app.get(UserDirectory);
const MADE = { status: 200 };

const BY_THE_DIRECTORY_ITSELF: State[] = [
  {
    state: 'a user who is disabled',
    change: async ({ sub }) => {
      await directory().change(sub, { status: 'disabled' });
      return MADE;
    },
    atOnce: GONE_AT_THE_AUTH_SERVER,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
  {
    state: 'a user who is deleted',
    change: async ({ sub }) => {
      await directory().remove(sub);
      return MADE;
    },
    atOnce: GONE_AT_THE_AUTH_SERVER,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
  {
    state: 'a user with another password',
    change: async ({ sub }) => {
      await directory().change(sub, { password: NEW_PASSWORD });
      return MADE;
    },
    atOnce: SERVED,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
];

const THROUGH_THE_GATEWAY: State[] = [
  {
    state: 'a person who is disabled',
    change: (person) => patchPerson(person, { status: 'disabled' }),
    atOnce: ENDED,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
  {
    state: 'a person who is deleted',
    change: ({ sub }) => admin('DELETE', `/admin/users/${sub}`),
    atOnce: ENDED,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
  {
    state: 'a person who is disabled and enabled again',
    change: async (person) => {
      await patchPerson(person, { status: 'disabled' });
      return patchPerson(person, { status: 'active' });
    },
    atOnce: ENDED,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
  {
    state: 'a person with a new password of their own choice',
    change: ({ password }, _, { access_token: accessToken }) =>
      bearer(topology.gateway, accessToken, '/account/password', {
        method: 'POST',
        body: { current_password: password, new_password: NEW_PASSWORD },
      }),
    atOnce: ENDED,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
  {
    state: 'a person whose password an administrator has reset',
    change: (person) => patchPerson(person, { password: NEW_PASSWORD }),
    atOnce: ENDED,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
  {
    state: 'a person with another name',
    change: (person) => patchPerson(person, { name: 'Somebody', roles: ['clerk'] }),
    atOnce: SERVED,
    refreshed: 'granted',
    afterwards: SERVED,
  },
];

const AT_THE_GATEWAY: State[] = [
  {
    state: 'a client that is disabled',
    change: (_, client) => patchClient(client, { status: 'disabled' }),
    atOnce: ENDED,
    refreshed: 'invalid_client',
    afterwards: ENDED,
  },
  {
    state: 'a client that is disabled and enabled again',
    change: async (_, client) => {
      await patchClient(client, { status: 'disabled' });
      return patchClient(client, { status: 'active' });
    },
    atOnce: ENDED,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
  {
    state: 'a client that is deleted',
    change: (_, { id }) => admin('DELETE', `/admin/clients/${id}`),
    atOnce: ENDED,
    refreshed: 'invalid_client',
    afterwards: ENDED,
  },
  {
    state: 'a client that may no longer refresh',
    change: (_, client) => patchClient(client, { grant_types: ['password'] }),
    atOnce: ENDED,
    refreshed: 'unauthorized_client',
    afterwards: ENDED,
  },
  {
    state: 'an access token that is revoked',
    change: (_, client, { access_token: token }) => post(topology.gateway, '/revoke', client, { token }),
    atOnce: ENDED,
    refreshed: 'granted',
    afterwards: ENDED,
  },
  {
    state: 'a refresh token that is revoked',
    change: (_, client, { refresh_token: token }) => post(topology.gateway, '/revoke', client, { token }),
    atOnce: ENDED,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
  {
    state: 'a session that its person has ended',
    change: async (_, __, tokens) =>
      bearer(topology.gateway, tokens.access_token, `/account/sessions/${await sessionOf(tokens)}`, {
        method: 'DELETE',
      }),
    atOnce: ENDED,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
  {
    state: 'a session that an administrator has ended',
    change: async (_, __, tokens) => admin('DELETE', `/admin/sessions/${await sessionOf(tokens)}`),
    atOnce: ENDED,
    refreshed: 'invalid_grant',
    afterwards: ENDED,
  },
];

describe.each(ACCESS_TOKEN_FORMATS)(
  'behind the gateway, with access tokens that are %s',
  (accessTokenFormat) => {
    let [person, otherPerson]: TestPerson[] = [];
    let [client, otherClient]: TestClient[] = [];

    beforeEach(async () => {
      [person, otherPerson] = [await aPerson(all), await aPerson(all)];
      [client, otherClient] = [
        await aConfidentialClient(all, { accessTokenFormat }),
        await aConfidentialClient(all, { accessTokenFormat }),
      ];
    });

    async function tokensOf(who: TestPerson, at: TestClient): Promise<Tokens> {
      return (await signIn(topology.gateway, at, who)).json;
    }

    async function expectAsSaid(
      { change, atOnce, refreshed, afterwards }: State,
      bystander: { person: TestPerson; client: TestClient },
    ): Promise<void> {
      const tokens = await tokensOf(person!, client!);
      const others = await tokensOf(bystander.person, bystander.client);
      expect(await pathsOf(tokens)).toEqual(SERVED);
      expect((await change(person!, client!, tokens)).status).toBeLessThan(300);
      expect(await pathsOf(tokens)).toEqual(atOnce);

      const answer = await refresh(topology.gateway, client, tokens.refresh_token);
      expect(answer.status === 200 ? 'granted' : answer.json.error).toBe(refreshed);
      if (refreshed === 'granted') expect(await pathsOf(answer.json)).toEqual(SERVED);
      expect(await pathsOf(tokens)).toEqual(afterwards);

      expect(await pathsOf(others)).toEqual(SERVED);
      const [{ status }] = [await refresh(topology.gateway, bystander.client, others.refresh_token)];
      expect(status).toBe(200);
    }

    it.each(THROUGH_THE_GATEWAY)('counts at once: $state', (state) =>
      expectAsSaid(state, { person: otherPerson!, client: client! }),
    );

    it.each(BY_THE_DIRECTORY_ITSELF)('is found at the next refresh: $state', (state) =>
      expectAsSaid(state, { person: otherPerson!, client: client! }),
    );

    it.each(AT_THE_GATEWAY)('counts at once: $state', (state) =>
      expectAsSaid(state, { person: person!, client: otherClient! }),
    );

    it('ends with the time of the access token, and goes on after a refresh', async () => {
      const tokens = await tokensOf(person!, client!);
      topology.clock.advance(300);
      expect(await pathsOf(tokens)).toEqual(ENDED);
      const { json } = await refresh(topology.gateway, client, tokens.refresh_token);
      expect(await pathsOf(json)).toEqual(SERVED);
      expect(await pathsOf(tokens)).toEqual(ENDED);
    });

    it('ends everything of a refresh token that comes back: it may be stolen', async () => {
      const first = await tokensOf(person!, client!);
      const second = (await refresh(topology.gateway, client, first.refresh_token)).json;
      const third = (await refresh(topology.gateway, client, second.refresh_token)).json;
      expectOAuthError(await refresh(topology.gateway, client, first.refresh_token), 'invalid_grant');
      expect([await pathsOf(first), await pathsOf(second), await pathsOf(third)]).toEqual([
        ENDED,
        ENDED,
        ENDED,
      ]);
      expectOAuthError(await refresh(topology.gateway, client, third.refresh_token), 'invalid_grant');
      expect(await pathsOf(await tokensOf(person!, client!))).toEqual(SERVED);
    });

    it('takes a scope from every token of a client at once', async () => {
      const tokens = await tokensOf(person!, client!);
      const others = await tokensOf(person!, otherClient!);
      expect(bearerVerdict(await bearer(topology.gateway, tokens.access_token, API, WRITE))).toBe('accepted');
      await patchClient(client!, { scope: 'profile resources:write' });
      expect(await pathsOf(tokens)).toEqual({
        ...SERVED,
        forwarded: 'insufficient_scope',
        webSocket: 'insufficient_scope',
      });
      expect(bearerVerdict(await bearer(topology.gateway, tokens.access_token, API, WRITE))).toBe('accepted');
      const { json } = await refresh(topology.gateway, client, tokens.refresh_token);
      expect(json.scope).toBe('profile resources:write');
      expect(await pathsOf(json)).toMatchObject({ forwarded: 'insufficient_scope' });
      expect(await pathsOf(others)).toEqual(SERVED);
    });

    it('says which scope is missing even to a token that has lost all of them', async () => {
      const { json } = await signIn(topology.gateway, client!, person!, 'resources:read');
      expect(bearerVerdict(await bearer(topology.gateway, json.access_token, API))).toBe('accepted');
      await patchClient(client!, { scope: 'profile' });
      const refused = await bearer(topology.gateway, json.access_token, API);
      expect(bearerVerdict(refused)).toBe('insufficient_scope');
      expect(refused.headers.get('WWW-Authenticate')).toContain('scope="resources:read"');
    });
  },
);

describe('a person who loses the role admin', () => {
  const SCOPE = 'users:read resources:read';
  const USERS = '/admin/users';

  it('administers no longer with the next request, and gets the scope back by a new sign-in alone', async () => {
    const console = await aConfidentialClient(all, { scope: SCOPE.split(' ') });
    const person = await aPerson(all, { roles: ['admin'] });
    const tokens = (await signIn(topology.gateway, console, person, SCOPE)).json;
    await patchPerson(person, { roles: [] });
    expect(bearerVerdict(await bearer(topology.gateway, tokens.access_token, USERS))).toBe(
      'insufficient_scope',
    );

    expectOAuthError(
      await refresh(topology.gateway, console, tokens.refresh_token, { scope: SCOPE }),
      'invalid_scope',
    );
    const refreshed = (await refresh(topology.gateway, console, tokens.refresh_token)).json;
    expect(refreshed.scope).toBe('resources:read');
    expect(bearerVerdict(await bearer(topology.gateway, tokens.access_token, USERS))).toBe(
      'insufficient_scope',
    );
    expect(bearerVerdict(await bearer(topology.gateway, refreshed.access_token, USERS))).toBe(
      'insufficient_scope',
    );
    expect(bearerVerdict(await bearer(topology.gateway, refreshed.access_token, API))).toBe('accepted');

    await patchPerson(person, { roles: ['admin'] });
    const regained = (await refresh(topology.gateway, console, refreshed.refresh_token)).json;
    expect(regained.scope).toBe('resources:read');
    expect((await signIn(topology.gateway, console, person, SCOPE)).json.scope).toBe(SCOPE);
    topology.clock.advance(300);
    expect(bearerVerdict(await bearer(topology.gateway, tokens.access_token, USERS))).toBe('invalid_token');
  });
});

async function pathsOf({ access_token: token }: Tokens): Promise<Paths> {
  const { text, json } = await introspect(all, resourceServer, token);
  const before = upstream.accepted;
  const webSocket = await handshakeVerdict(topology.gateway, token, '/live');
  const reached = upstream.accepted - before === (webSocket === 'accepted' ? 1 : 0);
  return {
    forwarded: bearerVerdict(await bearer(topology.gateway, token, API)),
    introspection: json?.active === true ? 'active' : text === INACTIVE ? 'inactive' : text,
    userinfo: bearerVerdict(await bearer(topology.gateway, token, '/userinfo')),
    webSocket: reached ? webSocket : `${webSocket}, but the upstream saw something else`,
  };
}
