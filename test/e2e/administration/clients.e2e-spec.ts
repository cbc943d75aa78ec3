import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf, expectRefusedMembers } from '../../support/administration.js';
import { bearer, post, refresh, signIn } from '../../support/http.js';
import { type TestPerson, aConfidentialClient, aPerson, aPublicClient } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { expectInvalidClient, expectTokens } from '../../support/token-endpoint.js';
import { expectOAuthError } from '../../support/verdicts.js';

let server: TestServer;
let admin: Administration;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  admin = await administrationOf(server);
  person = await aPerson(server);
});

afterAll(() => server.close());

describe('GET /admin/clients', () => {
  it('lists every client once, in the order of their ids, page by page', async () => {
    for (let i = 0; i < 5; i++) await aConfidentialClient(server);
    const seen: string[] = [];
    let query = '?limit=2';
    for (let page = 0; page < 100; page++) {
      const { status, json } = await admin('GET', `/admin/clients${query}`);
      expect(status).toBe(200);
      seen.push(...json.items.map(({ client_id }: { client_id: string }) => client_id));
      if (json.next_cursor === null) break;
      expect(json.items).toHaveLength(2);
      query = `?limit=2&cursor=${json.next_cursor}`;
    }
    expect(seen.length).toBeGreaterThan(5);
    expect(new Set(seen).size).toBe(seen.length);
    const all = await admin('GET', '/admin/clients?limit=100');
    expect(all.json.items.map(({ client_id }: { client_id: string }) => client_id)).toEqual(seen);
    expect(all.json.next_cursor).toBeNull();
  });

  it.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'cursor=',
    'cursor=AA',
    'cursor=Zmlyc3Q=',
    'cursor=Zmlyc3Q.',
    'page=2',
  ])('refuses ?%s', async (query) => {
    expect((await admin('GET', `/admin/clients?${query}`)).status).toBe(400);
    expect((await admin('GET', '/admin/clients?cursor=Zmlyc3Q')).status).toBe(200);
  });
});

describe('/admin/clients/{client_id}', () => {
  it.each([
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/secret'],
  ])('answers 404 to %s for anything that is no client%s', async (method, below) => {
    const body = method === 'PATCH' ? { client_name: 'Nobody' } : method === 'POST' ? {} : undefined;
    for (const id of ['unknown', '%00', 'a%00b', '%27', 'a%2Fb', '%C3%A9', person.sub, 'x'.repeat(150)]) {
      const missing = await admin(method, `/admin/clients/${id}${below}`, body);
      expect({ id, status: missing.status }).toEqual({ id, status: 404 });
    }
  });

  it('changes what is named and leaves the rest', async () => {
    const client = await aConfidentialClient(server, {
      scope: ['profile', 'account', 'resources:read'],
      defaultScope: ['profile'],
      accessTokenTtl: 60,
      allowedOrigins: ['https://app.example'],
    });
    const path = `/admin/clients/${client.id}`;
    const before = (await admin('GET', path)).json;
    server.clock.advance(1);
    const changed = await admin('PATCH', path, { client_name: 'Renamed' });
    expect(changed).toMatchObject({
      status: 200,
      json: { ...before, client_name: 'Renamed', updated_at: expect.any(String) },
    });
    expect(Date.parse(changed.json.updated_at)).toBeGreaterThan(Date.parse(before.updated_at));
    expect((await admin('PATCH', path, { access_token_ttl: null, allowed_origins: [] })).json).toMatchObject({
      access_token_ttl: null,
      allowed_origins: [],
      default_scope: 'profile',
    });
    expect((await admin('PATCH', path, {})).status).toBe(200);
    expectTokens(await signIn(server, client, person));
  });

  it('never widens the default scope by itself', async () => {
    const client = await aConfidentialClient(server, {
      scope: ['profile', 'account'],
      defaultScope: ['profile'],
    });
    const path = `/admin/clients/${client.id}`;
    const wider = await admin('PATCH', path, { scope: 'profile account resources:read' });
    expect(wider.json).toMatchObject({ scope: 'profile account resources:read', default_scope: 'profile' });
    expect((await signIn(server, client, person)).json.scope).toBe('profile');
    const narrower = await admin('PATCH', path, { scope: 'account' });
    expect(narrower.json).toMatchObject({ scope: 'account', default_scope: '' });
    expectOAuthError(await signIn(server, client, person), 'invalid_scope');
    expectTokens(await signIn(server, client, person, 'account'));
  });

  it.each([
    ['another client_id', { client_id: 'other' }, 'client_id'],
    ['a secret', { client_secret: 'a-secret-of-my-own' }, 'client_secret'],
    ['an unknown member', { surprise: 1 }, 'surprise'],
    ['a null name', { client_name: null }, 'client_name'],
    ['a name with NUL', { client_name: 'a\0b' }, 'client_name'],
    ['an unknown status', { status: 'deleted' }, 'status'],
    ['a null scope', { scope: null }, 'scope'],
    ['a null default scope', { default_scope: null }, 'default_scope'],
    ['null grant types', { grant_types: null }, 'grant_types'],
    ['a null first_party', { first_party: null }, 'first_party'],
    ['null audiences', { audiences: null }, 'audiences'],
    ['null origins', { allowed_origins: null }, 'allowed_origins'],
    ['a null algorithm', { access_token_signing_alg: null }, 'access_token_signing_alg'],
    ['a null format', { access_token_format: null }, 'access_token_format'],
    ['null details', { user_details: null }, 'user_details'],
    ['a null status', { status: null }, 'status'],
    ['a default beyond the scope', { default_scope: 'users:read' }, 'default_scope'],
    ['an hour and a second', { access_token_ttl: 3601 }, 'access_token_ttl'],
  ])('refuses to change a client by %s, and changes nothing', async (_, members, member) => {
    const client = await aConfidentialClient(server);
    const path = `/admin/clients/${client.id}`;
    const before = (await admin('GET', path)).json;
    expectRefusedMembers(await admin('PATCH', path, { status: 'disabled', ...members }), member);
    expect((await admin('GET', path)).json).toEqual(before);
    expectTokens(await signIn(server, client, person));
  });

  it('replaces its user details whole, and leaves them to a change that does not name them', async () => {
    const client = await aConfidentialClient(server, { userDetails: [{ name: 'email', display: true }] });
    const path = `/admin/clients/${client.id}`;
    const user_details = [{ name: 'roles', display: false }];
    expect((await admin('PATCH', path, { user_details })).json.user_details).toEqual(user_details);
    const other = await admin('PATCH', path, { access_token_format: 'opaque' });
    expect(other.json).toMatchObject({ user_details, access_token_format: 'opaque' });
    expect((await admin('PATCH', path, { user_details: [] })).json.user_details).toEqual([]);
    expect((await admin('GET', path)).json).toMatchObject({
      user_details: [],
      access_token_format: 'opaque',
    });
  });

  it('loses no change to another one made at the same moment', async () => {
    const client = await aConfidentialClient(server);
    const path = `/admin/clients/${client.id}`;
    const changes: Record<string, unknown>[] = [
      { status: 'disabled' },
      { client_name: 'Renamed' },
      { access_token_ttl: 60 },
      { refresh_token_ttl: 61 },
      { grant_ttl: 62 },
      { refresh_leeway: 3 },
      { allowed_origins: ['https://app.example'] },
      { default_scope: 'profile' },
    ];
    const answers = await Promise.all(changes.map((change) => admin('PATCH', path, change)));
    expect(answers.map(({ status }) => status)).toEqual(changes.map(() => 200));
    expect((await admin('GET', path)).json).toMatchObject(Object.assign({}, ...changes));
  });

  it('deletes a client for good; its id is free again and its old secret is nobody’s', async () => {
    const client = await aConfidentialClient(server, {}, { clientId: 'short-lived' });
    const tokens = await signIn(server, client, person);
    expect(await admin('DELETE', '/admin/clients/short-lived')).toMatchObject({ status: 204, text: '' });
    expect((await admin('GET', '/admin/clients/short-lived')).status).toBe(404);
    expect((await admin('DELETE', '/admin/clients/short-lived')).status).toBe(404);
    expectInvalidClient(await signIn(server, client, person), 'Basic');

    const next = await aConfidentialClient(server, {}, { clientId: 'short-lived' });
    expectInvalidClient(await signIn(server, client, person), 'Basic');
    expectOAuthError(await refresh(server, next, tokens.json.refresh_token), 'invalid_grant');
    expect((await bearer(server, tokens.json.access_token, '/api/resources')).status).toBe(401);
    expectTokens(await signIn(server, next, person));
  });
});

describe('POST /admin/clients/{client_id}/secret', () => {
  it('gives a new secret, and the old one ends at once', async () => {
    const client = await aConfidentialClient(server);
    const rotated = await admin('POST', `/admin/clients/${client.id}/secret`, {});
    expect(rotated.status).toBe(200);
    expect(rotated.json.client_secret).toMatch(/^gws_[A-Za-z0-9_-]{43}$/);
    expect(rotated.json.client_secret).not.toBe(client.secret);
    expectInvalidClient(await signIn(server, client, person), 'Basic');
    expectTokens(await signIn(server, { ...client, secret: rotated.json.client_secret }, person));
  });

  it('needs no body', async () => {
    const client = await aConfidentialClient(server);
    const rotated = await admin('POST', `/admin/clients/${client.id}/secret`);
    expect(rotated.status).toBe(200);
    expectTokens(await signIn(server, { ...client, secret: rotated.json.client_secret }, person));
  });

  it('keeps the old secret good for the overlap, and refresh tokens beyond it', async () => {
    const client = await aConfidentialClient(server);
    const tokens = await signIn(server, client, person);
    const rotated = await admin('POST', `/admin/clients/${client.id}/secret`, { overlap: 60 });
    const renewed = { ...client, secret: rotated.json.client_secret };
    for (const known of [client, renewed]) expectTokens(await signIn(server, known, person));
    server.clock.advance(61);
    expectInvalidClient(await signIn(server, client, person), 'Basic');
    expectInvalidClient(await post(server, '/introspect', client, { token: 'unknown' }), 'Basic');
    expectTokens(await refresh(server, renewed, tokens.json.refresh_token));
  });

  it('knows one old secret: a second rotation ends the first', async () => {
    const client = await aConfidentialClient(server);
    const rotate = async () =>
      (await admin('POST', `/admin/clients/${client.id}/secret`, { overlap: 60 })).json.client_secret;
    const second = await rotate();
    const third = await rotate();
    expectInvalidClient(await signIn(server, client, person), 'Basic');
    for (const secret of [second, third]) expectTokens(await signIn(server, { ...client, secret }, person));
  });

  it('ends a leaked secret even when a rotation with an overlap comes at the same moment', async () => {
    for (let round = 0; round < 12; round += 1) {
      const client = await aConfidentialClient(server);
      const rotate = (overlap: number) => admin('POST', `/admin/clients/${client.id}/secret`, { overlap });
      const rotated = await Promise.all([rotate(0), rotate(60)]);
      expect(rotated.map(({ status }) => status)).toEqual([200, 200]);
      const introspect = (secret: string | undefined) =>
        post(server, '/introspect', { ...client, secret }, { token: 'unknown' });
      expectInvalidClient(await introspect(client.secret), 'Basic');
      const answers = await Promise.all(rotated.map(({ json }) => introspect(json.client_secret)));
      expect(answers.map(({ status }) => status)).toContain(200);
    }
  });

  it.each([
    ['a negative overlap', { overlap: -1 }, 'overlap'],
    ['more than seven days', { overlap: 7 * 86_400 + 1 }, 'overlap'],
    ['an overlap in a string', { overlap: '60' }, 'overlap'],
    ['a null overlap', { overlap: null }, 'overlap'],
    ['a secret of one’s own', { client_secret: 'a-secret-of-my-own' }, 'client_secret'],
  ])('refuses %s', async (_, body, member) => {
    const client = await aConfidentialClient(server);
    expectRefusedMembers(await admin('POST', `/admin/clients/${client.id}/secret`, body), member);
    expectTokens(await signIn(server, client, person));
  });

  it('is not for a public client', async () => {
    const open = await aPublicClient(server);
    expectRefusedMembers(await admin('POST', `/admin/clients/${open.id}/secret`, {}), 'client_id');
  });
});
