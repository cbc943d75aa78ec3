import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMINISTRATION_SCOPES } from '../../support/administration.js';
import { type Answer, bearer, call, post, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { ADMINISTRATOR, FIRST_CLIENT, type TestServer, startServer } from '../../support/server.js';
import { expectTokens } from '../../support/token-endpoint.js';
import { expectInvalidToken, expectOAuthError } from '../../support/verdicts.js';

const ID = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10';

/** Every administration route, and the one scope that opens it. */
const ROUTES = [
  ['GET', '/admin/users', 'users:read'],
  ['POST', '/admin/users', 'users:write'],
  ['GET', `/admin/users/${ID}`, 'users:read'],
  ['PATCH', `/admin/users/${ID}`, 'users:write'],
  ['DELETE', `/admin/users/${ID}`, 'users:write'],
  ['GET', '/admin/clients', 'clients:read'],
  ['POST', '/admin/clients', 'clients:write'],
  ['GET', '/admin/clients/x', 'clients:read'],
  ['PATCH', '/admin/clients/x', 'clients:write'],
  ['DELETE', '/admin/clients/x', 'clients:write'],
  ['POST', '/admin/clients/x/secret', 'clients:write'],
  ['GET', '/admin/sessions', 'sessions:read'],
  ['DELETE', `/admin/sessions/${ID}`, 'sessions:write'],
] as const;

let server: TestServer;
let person: TestPerson;
let console: TestClient;

beforeAll(async () => {
  server = await startServer();
  person = await aPerson(server);
  console = await aConfidentialClient(server, {
    scope: ['profile', 'resources:read', ...ADMINISTRATION_SCOPES],
  });
});

afterAll(() => server.close());

const tokenFor = async (who: Pick<TestPerson, 'username' | 'password'>, scope: string): Promise<string> =>
  (await signIn(server, FIRST_CLIENT, who, scope)).json.access_token;

function expectInsufficientScope(answer: Answer, scope: string): void {
  expect(answer.status).toBe(403);
  expect(answer.headers.get('WWW-Authenticate')).toContain('error="insufficient_scope"');
  expect(answer.headers.get('WWW-Authenticate')).toContain(`scope="${scope}"`);
}

describe.each(ROUTES)('%s %s', (method, path, scope) => {
  const body = method === 'POST' || method === 'PATCH' ? {} : undefined;

  it(`opens to an administrator’s token with ${scope}`, async () => {
    const answer = await bearer(server, await tokenFor(ADMINISTRATOR, scope), path, { method, body });
    expect([200, 204, 400, 404]).toContain(answer.status);
  });

  it('stays shut to an administrator’s token with every other scope', async () => {
    const others = ['profile', 'account', 'resources:write', ...ADMINISTRATION_SCOPES].filter(
      (name) => name !== scope,
    );
    const token = await tokenFor(ADMINISTRATOR, others.join(' '));
    expectInsufficientScope(await bearer(server, token, path, { method, body }), scope);
  });

  it('stays shut to an ordinary person and to a client by itself', async () => {
    const token = await tokenFor(person, 'profile account resources:read resources:write');
    expectInsufficientScope(await bearer(server, token, path, { method, body }), scope);
    const own = await post(server, '/token', FIRST_CLIENT, { grant_type: 'client_credentials' });
    expectTokens(own);
    expectInsufficientScope(await bearer(server, own.json.access_token, path, { method, body }), scope);
    expect((await bearer(server, token, '/api/resources')).status).toBe(200);
  });

  it('asks for a token', async () => {
    const anonymous = await call(server, path, { method });
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get('WWW-Authenticate')).toMatch(
      /^Bearer realm="[^"]+", resource_metadata="[^"]+"$/,
    );
    expectInvalidToken(await bearer(server, 'x.y.z', path, { method, body }));
  });
});

describe.each(ADMINISTRATION_SCOPES)('the scope %s', (scope) => {
  it('is granted to a person with the role admin, when asked for', async () => {
    const answer = await signIn(server, console, ADMINISTRATOR, `profile ${scope}`);
    expectTokens(answer);
    expect(answer.json.scope).toBe(`profile ${scope}`);
    expect((await signIn(server, console, ADMINISTRATOR)).json.scope).toBe('profile resources:read');
  });

  it.each([
    ['nobody special', []],
    ['another role', ['administrator', 'Admin', 'ADMIN', 'admins', 'admin:read', 'root']],
  ])('is refused to a person with the roles of %s', async (_, roles) => {
    const other = await aPerson(server, { roles });
    expectOAuthError(await signIn(server, console, other, scope), 'invalid_scope');
    expectOAuthError(await signIn(server, console, other, `profile ${scope}`), 'invalid_scope');
    expectTokens(await signIn(server, console, other));
  });

  it('is refused to an administrator at a client that may not have it', async () => {
    const shop = await aConfidentialClient(server);
    expectOAuthError(await signIn(server, shop, ADMINISTRATOR, scope), 'invalid_scope');
    expectTokens(await signIn(server, shop, ADMINISTRATOR));
  });

  it('is refused to a client by itself', async () => {
    const form = { grant_type: 'client_credentials', scope };
    expectOAuthError(await post(server, '/token', FIRST_CLIENT, form), 'invalid_scope');
    expectOAuthError(await post(server, '/token', console, form), 'invalid_scope');
  });

  it('is not let in by a name beside the person’s own: roles in the request count for nothing', async () => {
    const form = { grant_type: 'password', username: person.username, password: person.password };
    const asked = { ...form, scope, roles: 'admin', role: 'admin' };
    expectOAuthError(await post(server, '/token', console, asked), 'invalid_scope');
  });
});
