import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf, expectRefusedMembers } from '../support/administration.js';
import { post } from '../support/http.js';
import { type TestClient, type TestPerson, aPerson } from '../support/mothers.js';
import { type TestServer, startServer } from '../support/server.js';
import {
  SECRET_METHODS,
  expectInvalidClient,
  expectTokens,
  passwordForm,
} from '../support/token-endpoint.js';
import { expectOAuthError } from '../support/verdicts.js';

let server: TestServer;
let admin: Administration;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  admin = await administrationOf(server);
  person = await aPerson(server);
});

afterAll(() => server.close());

/** A first-party client with the password grant, registered over HTTP. */
async function aRegisteredClient(metadata: Record<string, unknown> = {}): Promise<TestClient> {
  const { status, text, json } = await admin('POST', '/admin/clients', {
    client_name: 'Point of sale',
    first_party: true,
    grant_types: ['password', 'refresh_token'],
    scope: 'profile resources:read',
    ...metadata,
  });
  expect({ status, text: status === 201 ? '' : text }).toEqual({ status: 201, text: '' });
  return { id: json.client_id, secret: json.client_secret };
}

const detail = (name: string, display: unknown = true) => ({ name, display });

describe('RFC 7591 §2: client metadata', () => {
  it('carries the registered names and comes back whole', async () => {
    const metadata = {
      client_id: 'point-of-sale',
      client_name: 'Point of sale',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['password', 'refresh_token', 'client_credentials'],
      scope: 'profile resources:read resources:write',
      default_scope: 'profile',
      first_party: true,
      access_token_ttl: 60,
      refresh_token_ttl: 3600,
      grant_ttl: 7200,
      refresh_leeway: 0,
      access_token_signing_alg: 'RS256',
      access_token_format: 'opaque',
      user_details: [
        { name: 'email', display: true },
        { name: 'attributes.department', display: false },
      ],
      allowed_origins: ['https://app.example'],
      audiences: ['https://api2.example'],
    };
    const { status, json, headers } = await admin('POST', '/admin/clients', metadata);
    expect(status).toBe(201);
    const { client_secret: secret, created_at, updated_at, ...registered } = json;
    expect(registered).toEqual({ ...metadata, status: 'active' });
    expect(secret).toMatch(/^gws_[A-Za-z0-9_-]{43}$/);
    expect([created_at, updated_at]).toEqual([expect.stringMatching(/Z$/), created_at]);
    expect(headers.get('Location')).toBe('/admin/clients/point-of-sale');
    expect((await admin('GET', '/admin/clients/point-of-sale')).json).toEqual({
      ...registered,
      created_at,
      updated_at,
    });
  });

  it('has defaults that give nothing away', async () => {
    const { json } = await admin('POST', '/admin/clients', { client_name: 'Bare' });
    expect(json).toMatchObject({
      client_id: expect.stringMatching(/^[A-Za-z0-9._~-]+$/),
      token_endpoint_auth_method: null,
      grant_types: ['client_credentials'],
      first_party: false,
      scope: '',
      default_scope: '',
      audiences: [],
      allowed_origins: [],
      access_token_ttl: null,
      access_token_format: 'jwt',
      user_details: [],
    });
  });

  it('derives the default scope from the scope, without administration', async () => {
    const { json } = await admin('POST', '/admin/clients', {
      client_name: 'Console',
      scope: 'profile users:read clients:write resources:read',
    });
    expect(json.default_scope).toBe('profile resources:read');
  });

  it.each([
    ['a grant type that is not served', { grant_types: ['implicit'] }, 'grant_types'],
    ['an inherited name for a grant type', { grant_types: ['constructor'] }, 'grant_types'],
    ['grant types in a string', { grant_types: 'password' }, 'grant_types'],
    ['a repeated grant type', { grant_types: ['refresh_token', 'refresh_token'] }, 'grant_types'],
    ['null grant types', { grant_types: null }, 'grant_types'],
    ['the password grant without first_party', { grant_types: ['password'] }, 'grant_types'],
    [
      'client credentials of a public client',
      { token_endpoint_auth_method: 'none', grant_types: ['client_credentials'] },
      'grant_types',
    ],
    ['an unknown method', { token_endpoint_auth_method: 'private_key_jwt' }, 'token_endpoint_auth_method'],
    ['a scope with a quotation mark', { scope: 'a"b' }, 'scope'],
    ['scopes in a list', { scope: ['profile'] }, 'scope'],
    ['scopes with two spaces between them', { scope: 'profile  account' }, 'scope'],
    ['scopes with a line feed', { scope: 'profile\naccount' }, 'scope'],
    ['a default scope beyond the scope', { scope: 'profile', default_scope: 'account' }, 'default_scope'],
    [
      'an administration scope by default',
      { scope: 'profile users:read', default_scope: 'users:read' },
      'default_scope',
    ],
    ['a lifetime of no time', { access_token_ttl: 0 }, 'access_token_ttl'],
    ['an access token of more than an hour', { access_token_ttl: 3601 }, 'access_token_ttl'],
    ['a fraction of a second', { refresh_token_ttl: 1.5 }, 'refresh_token_ttl'],
    ['a lifetime in a string', { grant_ttl: '60' }, 'grant_ttl'],
    ['a grant of more than 30 days', { grant_ttl: 30 * 86_400 + 1 }, 'grant_ttl'],
    ['a leeway of more than a minute', { refresh_leeway: 61 }, 'refresh_leeway'],
    ['a negative leeway', { refresh_leeway: -1 }, 'refresh_leeway'],
    ['an algorithm of none', { access_token_signing_alg: 'none' }, 'access_token_signing_alg'],
    ['an unknown format', { access_token_format: 'paseto' }, 'access_token_format'],
    ['details in an object', { user_details: { email: true } }, 'user_details'],
    ['details in a string', { user_details: 'email' }, 'user_details'],
    ['null details', { user_details: null }, 'user_details'],
    ['a detail by its name alone', { user_details: ['email'] }, 'user_details/0'],
    ['a detail in a list', { user_details: [['email', true]] }, 'user_details/0'],
    [
      'a detail without display',
      { user_details: [detail('roles'), { name: 'email' }] },
      'user_details/1/display',
    ],
    ['display in a string', { user_details: [detail('email', 'true')] }, 'user_details/0/display'],
    ['a detail without a name', { user_details: [{ display: true }] }, 'user_details/0/name'],
    ['an unknown detail', { user_details: [detail('password_hash')] }, 'user_details/0/name'],
    ['a claim that is no detail', { user_details: [detail('sub')] }, 'user_details/0/name'],
    ['an inherited name for a detail', { user_details: [detail('constructor')] }, 'user_details/0/name'],
    ['an attribute without a name', { user_details: [detail('attributes.')] }, 'user_details/0/name'],
    ['an attribute nobody can have', { user_details: [detail('attributes.a b')] }, 'user_details/0/name'],
    [
      'an inherited name for an attribute',
      { user_details: [detail('attributes.__proto__')] },
      'user_details/0/name',
    ],
    ['a third member of a detail', { user_details: [{ ...detail('email'), scope: 'x' }] }, 'user_details/0'],
    [
      'an inherited member of a detail',
      { user_details: [{ ...detail('email'), toString: 'x' }] },
      'user_details/0',
    ],
    ['a repeated detail', { user_details: [detail('email'), detail('email', false)] }, 'user_details'],
    ['65 details', { user_details: Array(65).fill(detail('email')) }, 'user_details'],
    ['an origin with a path', { allowed_origins: ['https://app.example/x'] }, 'allowed_origins'],
    ['any origin', { allowed_origins: ['*'] }, 'allowed_origins'],
    ['the null origin', { allowed_origins: ['null'] }, 'allowed_origins'],
    ['audiences with NUL', { audiences: ['https://api\0'] }, 'audiences'],
    ['an empty name', { client_name: '' }, 'client_name'],
    ['a name with NUL', { client_name: 'a\0b' }, 'client_name'],
    ['a name with a line feed', { client_name: 'a\nb' }, 'client_name'],
    ['a name with half a surrogate pair', { client_name: 'a\ud800b' }, 'client_name'],
    ['a name of 201 characters', { client_name: 'x'.repeat(201) }, 'client_name'],
    ['a name that is no text', { client_name: { toString: 'x' } }, 'client_name'],
    ['first_party in a string', { first_party: 'true' }, 'first_party'],
    ['a chosen secret', { client_secret: 'a-secret-of-my-own' }, 'client_secret'],
    ['keys, which nobody would use', { jwks_uri: 'http://169.254.169.254/' }, 'jwks_uri'],
    ['redirect URIs, which nobody would use', { redirect_uris: ['https://app.example'] }, 'redirect_uris'],
    ['a status, which comes later', { status: 'active' }, 'status'],
    ['an unknown member', { surprise: 1 }, 'surprise'],
  ])('is refused by name for %s', async (_, metadata, member) => {
    expectRefusedMembers(
      await admin('POST', '/admin/clients', { client_name: 'Refused', ...metadata }),
      member,
    );
  });

  it.each(['a b', 'a:b', 'a/b', 'a%62', 'é', 'a\0', 'a+b', '', '.', '..', 'x'.repeat(129)])(
    'has no client_id with characters that two encodings read differently: %j',
    async (client_id) => {
      expectRefusedMembers(
        await admin('POST', '/admin/clients', { client_name: 'Refused', client_id }),
        'client_id',
      );
    },
  );

  it('has no client_id that could be a person’s id', async () => {
    for (const client_id of [person.sub, person.sub.toUpperCase()]) {
      expectRefusedMembers(
        await admin('POST', '/admin/clients', { client_name: 'Refused', client_id }),
        'client_id',
      );
    }
  });

  it('takes a client_id once', async () => {
    await aRegisteredClient({ client_id: 'taken' });
    const again = await admin('POST', '/admin/clients', { client_name: 'Again', client_id: 'taken' });
    expect(again).toMatchObject({ status: 409, json: { title: 'Conflict' } });
  });
});

describe('RFC 7591 §2: token_endpoint_auth_method', () => {
  const [viaBasic, viaBody] = SECRET_METHODS;

  it.each([
    ['client_secret_basic', viaBasic!, viaBody!],
    ['client_secret_post', viaBody!, viaBasic!],
  ])('pins a client to %s', async (token_endpoint_auth_method, right, wrong) => {
    const pinned = await aRegisteredClient({ token_endpoint_auth_method });
    expectTokens(await right.send(server, pinned, passwordForm(person)));
    expectInvalidClient(await wrong.send(server, pinned, passwordForm(person)), wrong.challenge);
    const alone = passwordForm(person, { client_id: pinned.id });
    expectInvalidClient(await post(server, '/token', undefined, alone), 'ClientSecret');
  });

  it('pins a client at the revocation and introspection endpoints alike', async () => {
    const pinned = await aRegisteredClient({ token_endpoint_auth_method: 'client_secret_post' });
    for (const path of ['/revoke', '/introspect']) {
      const form = { token: 'unknown' };
      expect((await viaBody!.send(server, pinned, form, {}, path)).status).toBe(200);
      expectInvalidClient(await viaBasic!.send(server, pinned, form, {}, path), 'Basic');
    }
  });

  it.each([undefined, null])('leaves both ways open where it is %s', async (token_endpoint_auth_method) => {
    const open = await aRegisteredClient({ token_endpoint_auth_method });
    for (const { send } of SECRET_METHODS) expectTokens(await send(server, open, passwordForm(person)));
  });

  it('gives no secret to a client of none, and takes none from it', async () => {
    const open = await aRegisteredClient({ token_endpoint_auth_method: 'none' });
    expect(open.secret).toBeUndefined();
    expectTokens(await post(server, '/token', undefined, passwordForm(person, { client_id: open.id })));
    for (const { send, challenge } of SECRET_METHODS) {
      const answer = await send(server, { ...open, secret: 'anything' }, passwordForm(person));
      expectInvalidClient(answer, challenge);
    }
  });

  it('can be pinned and opened later, but not turned from confidential to public or back', async () => {
    const client = await aRegisteredClient();
    const path = `/admin/clients/${client.id}`;
    const pin = (token_endpoint_auth_method: string | null) =>
      admin('PATCH', path, { token_endpoint_auth_method });
    expect((await pin('client_secret_post')).json.token_endpoint_auth_method).toBe('client_secret_post');
    expectInvalidClient(await viaBasic!.send(server, client, passwordForm(person)), 'Basic');
    expectRefusedMembers(await pin('none'), 'token_endpoint_auth_method');
    expect((await pin(null)).json.token_endpoint_auth_method).toBeNull();
    expectTokens(await viaBasic!.send(server, client, passwordForm(person)));

    const open = await aRegisteredClient({ token_endpoint_auth_method: 'none' });
    const answer = await admin('PATCH', `/admin/clients/${open.id}`, { token_endpoint_auth_method: null });
    expectRefusedMembers(answer, 'token_endpoint_auth_method');
  });
});

describe('RFC 7591 §2: grant_types and scope', () => {
  it('are what the token endpoint goes by', async () => {
    const client = await aRegisteredClient({ grant_types: ['client_credentials'], scope: 'resources:read' });
    expectOAuthError(await post(server, '/token', client, passwordForm(person)), 'unauthorized_client');
    const own = await post(server, '/token', client, { grant_type: 'client_credentials' });
    expect(own.json.scope).toBe('resources:read');
    const wider = { grant_type: 'client_credentials', scope: 'resources:write' };
    expectOAuthError(await post(server, '/token', client, wider), 'invalid_scope');
  });

  it('change together with first_party, and never leave the password grant to a third party', async () => {
    const client = await aRegisteredClient({ grant_types: ['client_credentials'], first_party: false });
    const path = `/admin/clients/${client.id}`;
    expectRefusedMembers(await admin('PATCH', path, { grant_types: ['password'] }), 'grant_types');
    expect((await admin('PATCH', path, { grant_types: ['password'], first_party: true })).status).toBe(200);
    expectTokens(await post(server, '/token', client, passwordForm(person)));
    expectRefusedMembers(await admin('PATCH', path, { first_party: false }), 'grant_types');
    expectTokens(await post(server, '/token', client, passwordForm(person)));
  });
});

describe('RFC 7591 §3.2.1: the client secret', () => {
  it('is shown once and kept nowhere in clear', async () => {
    const client = await aRegisteredClient();
    for (const path of [`/admin/clients/${client.id}`, '/admin/clients?limit=100']) {
      const { status, text } = await admin('GET', path);
      expect(status).toBe(200);
      expect(text).toContain(client.id);
      expect(text).not.toMatch(/secret(?!_basic|_post)/);
    }
    expect(server.logs.join('')).not.toContain(client.secret);
    expectTokens(await post(server, '/token', client, passwordForm(person)));
  });
});
