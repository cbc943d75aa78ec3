import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { GrantRegistry, RefreshTokenRotation } from '../../../src/modules/tokens/index.js';
import { type Administration, administrationOf } from '../../support/administration.js';
import { bearer, post, refresh, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { expectTokens } from '../../support/token-endpoint.js';
import { API, expectInvalidToken, expectOAuthError } from '../../support/verdicts.js';

const SCOPE = 'resources:read users:read';

let server: TestServer;
let admin: Administration;
let client: TestClient;
let person: TestPerson;

beforeAll(async () => {
  server = await startServer();
  admin = await administrationOf(server);
});

beforeEach(async () => {
  client = await aConfidentialClient(server, { scope: SCOPE.split(' ') });
  person = await aPerson(server, { roles: ['admin'] });
});

afterAll(() => server.close());
afterEach(() => vi.restoreAllMocks());

/** Has something happen after everything was checked and before the step that stores the outcome. */
function rightBefore(step: 'begin' | 'rotate' | 'ofClient', happens: () => Promise<unknown>): void {
  const steps = server.app.get<Record<string, (...parameters: unknown[]) => Promise<unknown>>>(
    step === 'rotate' ? RefreshTokenRotation : GrantRegistry,
  );
  const original = steps[step]!.bind(steps);
  vi.spyOn(steps, step).mockImplementationOnce(async (...parameters: unknown[]) => {
    const answer = (await happens()) as { status: number };
    expect([200, 204]).toContain(answer.status);
    return original(...parameters);
  });
}

const CHANGES: [string, () => Promise<unknown>][] = [
  ['the person is disabled', () => admin('PATCH', `/admin/users/${person.sub}`, { status: 'disabled' })],
  ['the person is deleted', () => admin('DELETE', `/admin/users/${person.sub}`)],
  [
    'the password is reset',
    () => admin('PATCH', `/admin/users/${person.sub}`, { password: 'eleven calm rivers bending' }),
  ],
  [
    'the client loses the password grant',
    () => admin('PATCH', `/admin/clients/${client.id}`, { grant_types: ['refresh_token'] }),
  ],
  [
    'the client loses the refresh grant',
    () => admin('PATCH', `/admin/clients/${client.id}`, { grant_types: ['password'] }),
  ],
  ['the secret of the client leaked', () => admin('POST', `/admin/clients/${client.id}/secret`)],
  ['the client is disabled', () => admin('PATCH', `/admin/clients/${client.id}`, { status: 'disabled' })],
  ['the client is deleted', () => admin('DELETE', `/admin/clients/${client.id}`)],
];
const NARROWINGS: [string, () => Promise<unknown>][] = [
  ['the person loses the role admin', () => admin('PATCH', `/admin/users/${person.sub}`, { roles: [] })],
  [
    'the client loses a scope',
    () => admin('PATCH', `/admin/clients/${client.id}`, { scope: 'resources:read' }),
  ],
];

describe('the password grant', () => {
  it.each([...CHANGES, ...NARROWINGS])('issues nothing that outlives it when %s', async (_, happens) => {
    rightBefore('begin', happens);
    expectOAuthError(await signIn(server, client, person, SCOPE), 'invalid_grant');
    const { json } = await admin('GET', '/admin/sessions?limit=100');
    expect(json.items.filter(({ sub }: { sub: string }) => sub === person.sub)).toEqual([]);
  });

  it('is not disturbed by a change that takes nothing away', async () => {
    rightBefore('begin', () =>
      admin('PATCH', `/admin/users/${person.sub}`, { name: 'Somebody', roles: ['admin', 'x'] }),
    );
    const answer = await signIn(server, client, person, SCOPE);
    expectTokens(answer);
    expect((await bearer(server, answer.json.access_token, '/admin/users')).status).toBe(200);
  });
});

describe('the refresh grant', () => {
  it.each(CHANGES)('rotates nothing when %s', async (_, happens) => {
    const tokens = (await signIn(server, client, person, SCOPE)).json;
    rightBefore('rotate', happens);
    expectOAuthError(await refresh(server, client, tokens.refresh_token), 'invalid_grant');
    expectInvalidToken(await bearer(server, tokens.access_token, API));
  });

  it.each(NARROWINGS)('gives no access any more to what is lost when %s', async (_, happens) => {
    const tokens = (await signIn(server, client, person, SCOPE)).json;
    rightBefore('rotate', happens);
    const refreshed = await refresh(server, client, tokens.refresh_token);
    expectTokens(refreshed);
    expect((await bearer(server, refreshed.json.access_token, '/admin/users')).status).toBe(403);
    expect((await bearer(server, refreshed.json.access_token, API)).status).toBe(200);
    expect((await refresh(server, client, refreshed.json.refresh_token)).json.scope).toBe('resources:read');
  });
});

describe('the client credentials grant', () => {
  const form = { grant_type: 'client_credentials' };

  it.each([
    ['disabled', () => admin('PATCH', `/admin/clients/${client.id}`, { status: 'disabled' })],
    ['deleted', () => admin('DELETE', `/admin/clients/${client.id}`)],
    ['given a new secret', () => admin('POST', `/admin/clients/${client.id}/secret`)],
  ])('issues nothing when the client is %s', async (_, happens) => {
    const before = (await post(server, '/token', client, form)).json;
    rightBefore('ofClient', happens);
    expectOAuthError(await post(server, '/token', client, form), 'invalid_client', 401);
    expectInvalidToken(await bearer(server, before.access_token, API));
  });

  it('does not bring back a scope that the client loses', async () => {
    const machine = await aConfidentialClient(server);
    const wide = (await post(server, '/token', machine, form)).json;
    rightBefore('ofClient', () =>
      admin('PATCH', `/admin/clients/${machine.id}`, { scope: 'resources:read' }),
    );
    await post(server, '/token', machine, form);
    const write = { method: 'POST', body: { title: 'No', body: {} } };
    expect((await bearer(server, wide.access_token, API, write)).status).toBeGreaterThanOrEqual(401);
    const fresh = await post(server, '/token', machine, form);
    expectTokens(fresh);
    expect(fresh.json.scope).toBe('resources:read');
    expect((await bearer(server, fresh.json.access_token, API, write)).status).toBe(403);
    expect((await bearer(server, fresh.json.access_token, API)).status).toBe(200);
  });
});
