import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { HEADER_PRESETS } from '../../../src/modules/gateway/identity/header-presets.js';
import { IDENTITY_ASSERTION_TTL } from '../../../src/protocol/identity-assertion.js';
import { bearerVerdict } from '../../support/bearer-verdict.js';
import { asOne } from '../../support/gateway-topology.js';
import { type Answer, bearer, call, post, refresh, signIn } from '../../support/http.js';
import { decodeJwt, signedWith, theServersKey } from '../../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { AUDIENCES, type RecordedTopology, startRecordedTopology } from '../../support/recorded-topology.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer } from '../../support/server.js';
import { lastOf, valuesAt } from '../../support/upstream-recorder.js';
import { API, INACTIVE, aResourceServer, expectOAuthError, introspect } from '../../support/verdicts.js';

const USERS = '/admin/users';

let topology: RecordedTopology;
let all: TestServer;
let client: TestClient;
let resourceServer: TestClient;
let alice: TestPerson;

beforeAll(async () => {
  topology = await startRecordedTopology();
  all = asOne(topology);
  client = await aConfidentialClient(all);
  resourceServer = await aResourceServer(all);
  alice = await aPerson(all);
});

afterAll(() => topology?.close());

async function aTokenOf(person: Pick<TestPerson, 'username' | 'password'>): Promise<string> {
  return (await signIn(topology.gateway, client, person)).json.access_token;
}

async function anAdministratorsToken(): Promise<string> {
  const { json } = await signIn(topology.gateway, FIRST_CLIENT, ADMINISTRATOR, 'users:read resources:read');
  return json.access_token;
}

async function assertedTo(role: 'api' | 'identity', path: string, assertion: string): Promise<string> {
  return bearerVerdict(await call(topology[role], path, { headers: { 'X-Identity': assertion } }));
}

describe('an assertion in the hands of an upstream', () => {
  it('is accepted for its own request within ten seconds, and for no other', async () => {
    topology.clock.stop();
    onTestFinished(() => topology.clock.resume());
    const { json } = await signIn(topology.gateway, client, alice, 'resources:read resources:write');
    const headers = { 'X-Identity': await topology.captured('api', json.access_token) };
    const replayed = async (path: string, method = 'GET') =>
      bearerVerdict(await call(topology.api, path, { method, headers }));
    topology.clock.advance(IDENTITY_ASSERTION_TTL - 1);
    expect(await replayed(API)).toBe('accepted');
    expect(await replayed(`${API}/019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10`)).toBe('invalid_token');
    expect(await replayed(API, 'POST')).toBe('invalid_token');
    expect(await replayed(API, 'HEAD')).toBe('invalid_token');
    topology.clock.advance(1);
    expect(await replayed(API)).toBe('invalid_token');
    expect(bearerVerdict(await bearer(topology.gateway, json.access_token, API))).toBe('accepted');
  });

  it('opens nothing of another audience, though the caller may do everything there', async () => {
    const token = await anAdministratorsToken();
    const [forOrders, forApi, forIdentity] = [
      await topology.captured('orders', token),
      await topology.captured('api', token),
      await topology.captured('identity', token),
    ];
    expect({
      orders: [await assertedTo('api', API, forOrders), await assertedTo('identity', USERS, forOrders)],
      api: [await assertedTo('api', API, forApi), await assertedTo('identity', USERS, forApi)],
      identity: [await assertedTo('api', API, forIdentity), await assertedTo('identity', USERS, forIdentity)],
    }).toEqual({
      orders: ['invalid_token', 'invalid_token'],
      api: ['accepted', 'invalid_token'],
      identity: ['invalid_token', 'accepted'],
    });
  });

  it('does not outlive the token that it stands for', async () => {
    const token = await aTokenOf(alice);
    const { exp } = decodeJwt(token).claims;
    topology.clock.advance(exp - topology.clock.seconds() - 5);
    const assertion = await topology.captured('api', token);
    expect(decodeJwt(assertion).claims.exp).toBe(exp);
    expect(await assertedTo('api', API, assertion)).toBe('accepted');
    topology.clock.advance(5);
    expect(await assertedTo('api', API, assertion)).toBe('invalid_token');
    expect(bearerVerdict(await bearer(topology.gateway, token, API))).toBe('invalid_token');
  });

  it('is no access token: not at the gateway, at introspection, at /userinfo, nor for a refresh', async () => {
    const { json } = await signIn(topology.gateway, client, alice);
    const assertion = await topology.captured('api', json.access_token);
    topology.upstream.forget();
    for (const path of [API, '/captured/orders', '/userinfo', '/account/sessions']) {
      expect(bearerVerdict(await bearer(topology.gateway, assertion, path)), path).toBe('invalid_token');
    }
    expect(topology.upstream.requests).toEqual([]);
    for (const asking of [resourceServer, client]) {
      expect(await introspect(all, asking, assertion)).toMatchObject({ status: 200, text: INACTIVE });
    }
    expectOAuthError(await refresh(all, client, assertion), 'invalid_grant');
    expect(bearerVerdict(await bearer(topology.gateway, json.access_token, '/userinfo'))).toBe('accepted');
    expect((await introspect(all, resourceServer, json.access_token)).json).toMatchObject({ active: true });
  });

  it.each(['access_token', 'refresh_token', undefined])(
    'revokes nothing, under the hint %j: neither itself nor the token behind it',
    async (hint) => {
      const { json } = await signIn(topology.gateway, client, alice);
      const assertion = await topology.captured('api', json.access_token);
      const form = { token: assertion, ...(hint === undefined ? {} : { token_type_hint: hint }) };
      expect((await post(topology.gateway, '/revoke', client, form)).status).toBe(200);
      expect(bearerVerdict(await bearer(topology.gateway, json.access_token, API))).toBe('accepted');
      expect(await assertedTo('api', API, assertion)).toBe('accepted');
      expect((await refresh(all, client, json.refresh_token)).status).toBe(200);
    },
  );

  it('is not issued again once its token is revoked', async () => {
    const token = await aTokenOf(alice);
    await topology.captured('api', token);
    await post(topology.gateway, '/revoke', client, { token });
    topology.upstream.forget();
    expect(bearerVerdict(await bearer(topology.gateway, token, '/captured/orders'))).toBe('invalid_token');
    expect(topology.upstream.requests).toEqual([]);
  });
});

describe('X-Identity from a client', () => {
  it('shows nobody to the gateway, however genuine', async () => {
    const assertion = await topology.captured('api', await anAdministratorsToken());
    topology.upstream.forget();
    for (const path of [API, '/captured/orders', '/userinfo']) {
      const answer = await call(topology.gateway, path, { headers: { 'X-Identity': assertion } });
      expect(bearerVerdict(answer), path).toBe('no token');
    }
    expect(topology.upstream.requests).toEqual([]);
  });

  it('never reaches an upstream in place of the gateway’s own, nor beside it', async () => {
    const theirs = await topology.captured('api', await anAdministratorsToken());
    const token = await aTokenOf(alice);
    for (const name of ['X-Identity', 'x-identity', 'X_Identity', 'X-Identity-Token']) {
      for (const value of [theirs, `${theirs},${theirs}`, 'x', '']) {
        topology.upstream.forget();
        const answer = await bearer(topology.gateway, token, '/captured/orders', {
          headers: { [name]: value },
        });
        expect(bearerVerdict(answer)).toBe('accepted');
        const received = valuesAt(lastOf(topology.upstream), 'X-Identity');
        expect(received.map((assertion) => decodeJwt(assertion).claims.sub)).toEqual([alice.sub]);
        expect(valuesAt(lastOf(topology.upstream), 'X-Identity-Token')).toEqual([]);
      }
    }
    const created = await bearer(topology.gateway, token, API, {
      method: 'POST',
      headers: { 'X-Identity': theirs },
      body: { title: 'Whose?', body: {} },
    });
    expect(created).toMatchObject({ status: 201, json: { owner: alice.sub } });
  });
});

describe('an assertion', () => {
  it('says what the token says, for one audience and one request, with times of its own', async () => {
    const token = await aTokenOf(alice);
    const { claims } = decodeJwt(token);
    const { kid } = await theServersKey(topology.gateway, 'ES256');
    const ids = new Set<string>([claims.jti]);
    for (const audience of ['api', 'identity', 'orders'] as const) {
      const { header, claims: asserted } = decodeJwt(await topology.captured(audience, token));
      const { iat, jti } = asserted;
      expect(header).toEqual({ typ: 'identity+jwt', alg: 'ES256', kid });
      expect(asserted).toEqual({
        ...claims,
        ...{ aud: AUDIENCES[audience], iat, exp: iat + IDENTITY_ASSERTION_TTL, jti },
        ...{ htm: 'GET', path: expect.stringMatching(/^\/(api|admin|captured)\//) },
      });
      expect(Math.abs(iat - topology.clock.seconds())).toBeLessThanOrEqual(10);
      ids.add(jti);
    }
    expect(ids.size).toBe(4);
  });

  it('is another for each request, so that an upstream may refuse one that it has seen', async () => {
    const token = await aTokenOf(alice);
    const ids = [await topology.captured('api', token), await topology.captured('api', token)].map(
      (assertion) => decodeJwt(assertion).claims.jti,
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('names the method and the path that the upstream receives: canonical, mapped, without the query', async () => {
    const token = await aTokenOf(alice);
    const capture = async (path: string) =>
      decodeJwt(await topology.captured('orders', token, path)).claims['path'];
    expect(await capture('/captured/orders/%7ea%2c/?b=c')).toBe('/captured/orders/~a%2C/');
    expect(await capture('/captured/orders')).toBe('/captured/orders');
    expect(await capture('/mapped/7')).toBe('/v2/orders/7');
    expect(lastOf(topology.upstream).line).toBe('GET /v2/orders/7');
    await bearer(topology.gateway, token, '/captured/orders', { method: 'DELETE' });
    const [assertion = ''] = valuesAt(lastOf(topology.upstream), 'X-Identity');
    expect(decodeJwt(assertion).claims['htm']).toBe('DELETE');
  });

  it('is RS256 for nobody: a client’s choice of algorithm is about its own tokens', async () => {
    const rsaClient = await aConfidentialClient(all, { signingAlgorithm: 'RS256' });
    const { json } = await signIn(topology.gateway, rsaClient, alice);
    expect(decodeJwt(json.access_token).header.alg).toBe('RS256');
    expect(decodeJwt(await topology.captured('api', json.access_token)).header.alg).toBe('ES256');
  });
});

describe('a client that acts for itself', () => {
  let machine: TestClient;
  let token: string;

  beforeAll(async () => {
    // Its id is a person's username: where names are believed, the two must not be taken for one another.
    machine = await aConfidentialClient(
      all,
      { scope: ['resources:read', 'resources:write', 'users:read', 'users:write'] },
      { clientId: alice.username },
    );
    token = (await ownToken()).json.access_token;
  });

  async function ownToken(scope?: string): Promise<Answer> {
    const form = { grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) };
    return post(topology.gateway, '/token', machine, form);
  }

  it('is the subject of its assertions, with no sign-in in them', async () => {
    const { claims } = decodeJwt(await topology.captured('api', token));
    expect(claims).toMatchObject({ sub: machine.id, client_id: machine.id, aud: AUDIENCES.api });
    for (const name of ['auth_time', 'amr', 'preferred_username', 'name', 'email', 'roles', 'attributes']) {
      expect(claims).not.toHaveProperty(name);
    }
  });

  it('owns what it creates at the API, and a person of the same name does not', async () => {
    const body = { title: 'By a machine', body: {} };
    const created = await bearer(topology.gateway, token, API, { method: 'POST', body });
    expect(created).toMatchObject({ status: 201, json: { owner: machine.id } });
    const place = `${API}/${created.json.id}`;
    expect((await bearer(topology.gateway, token, place)).status).toBe(200);
    expect((await bearer(topology.gateway, await aTokenOf(alice), place)).status).toBe(404);
  });

  it('never administers: no such token is issued, and none would be believed', async () => {
    expectOAuthError(await ownToken('users:read'), 'invalid_scope');
    expectOAuthError(await ownToken('resources:read users:write'), 'invalid_scope');
    expect((await ownToken()).json.scope).toBe('resources:read resources:write');
    expect(bearerVerdict(await bearer(topology.gateway, token, USERS))).toBe('insufficient_scope');
    // As if the gateway itself had failed.
    const { privateKey } = await theServersKey(topology.gateway, 'ES256');
    const { header, claims } = decodeJwt(await topology.captured('identity', token));
    const asAMachine = signedWith(privateKey, header, { ...claims, scope: 'users:read' });
    const { sub } = await aPerson(all, { roles: ['admin'] });
    const [asAPerson, asAnAdministrator] = [alice.sub, sub].map((subject) =>
      signedWith(privateKey, header, { ...claims, scope: 'users:read', sub: subject }),
    );
    expect(await assertedTo('identity', USERS, asAMachine)).toBe('insufficient_scope');
    // The role `identity` reads the roles of the subject itself.
    expect(await assertedTo('identity', USERS, asAPerson!)).toBe('insufficient_scope');
    expect(await assertedTo('identity', USERS, asAnAdministrator!)).toBe('accepted');
  });

  it.each(HEADER_PRESETS)('is nobody in the headers of the preset %s that name a person', async (preset) => {
    const personal = [
      ...['X-Authenticated-Userid', 'X-Auth-Request-User', 'X-Auth-Request-Preferred-Username'],
      ...['X-Auth-Request-Email', 'X-Auth-Request-Groups'],
      ...['Remote-User', 'Remote-Name', 'Remote-Email', 'Remote-Groups'],
    ];
    const toldOf = async (caller: string): Promise<string[]> => {
      topology.upstream.forget();
      const headers = Object.fromEntries(personal.map((name) => [name, 'root']));
      const answer = await bearer(topology.gateway, caller, `/captured/${preset}`, { headers });
      expect(bearerVerdict(answer)).toBe('accepted');
      return personal.flatMap((name) => valuesAt(lastOf(topology.upstream), name));
    };
    expect(await toldOf(token)).toEqual([]);
    expect(await toldOf(await aTokenOf(alice))).toEqual([alice.sub]);
    expect(valuesAt(lastOf(topology.upstream), 'X-Identity')).toEqual([]);
  });
});
