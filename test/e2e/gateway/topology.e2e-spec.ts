import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PasswordSignIn, UserDirectory } from '../../../src/modules/users/index.js';
import { type GatewayTopology, asOne, startTopology } from '../../support/gateway-topology.js';
import { bearer, call, post, refresh, signIn } from '../../support/http.js';
import { decodeJwt } from '../../support/jwt.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import type { TestServer } from '../../support/server.js';
import { expectInvalidToken, expectOAuthError } from '../../support/verdicts.js';

const RESOURCES = '/api/resources';

let topology: GatewayTopology;
let all: TestServer;
let client: TestClient;
let alice: TestPerson;

beforeAll(async () => {
  topology = await startTopology();
  all = asOne(topology);
  client = await aConfidentialClient(all);
  alice = await aPerson(all);
});

afterAll(async () => {
  await topology?.close();
});

describe('the gateway topology', () => {
  it('takes a person from an expired token over a new sign-in to the resource, and out again', async () => {
    const { gateway } = topology;
    const first = await signIn(gateway, client, alice);
    expect(first.json).toMatchObject({
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: expect.any(String),
    });
    topology.clock.advance(301);
    expectInvalidToken(await bearer(gateway, first.json.access_token, RESOURCES));
    const { json: tokens } = await refresh(gateway, client, first.json.refresh_token);
    const created = await bearer(gateway, tokens.access_token, RESOURCES, {
      method: 'POST',
      body: { title: 'Through the gateway', body: { any: 'JSON' } },
    });
    expect(created).toMatchObject({ status: 201, json: { owner: alice.sub } });
    expect(created.headers.get('Location')).toBe(`${RESOURCES}/${created.json.id}`);
    const read = await bearer(gateway, tokens.access_token, `${RESOURCES}/${created.json.id}`);
    expect(read).toMatchObject({ status: 200, json: { title: 'Through the gateway' } });
  });

  it('keeps people, tokens and documents each in a database of its own', async () => {
    const tablesOf = async ({ app }: TestServer): Promise<string[]> => {
      const { DataSource } = await import('typeorm');
      const rows: { tablename: string }[] = await app
        .get(DataSource)
        .query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`);
      return rows.map(({ tablename }) => tablename).filter((name) => name !== 'migrations');
    };
    expect(await tablesOf(topology.identity)).toEqual(['users']);
    expect(await tablesOf(topology.api)).toEqual(['resources']);
    expect(await tablesOf(topology.gateway)).toEqual([
      'clients',
      'grants',
      'opaque_access_tokens',
      'refresh_tokens',
      'revoked_access_tokens',
      'signing_keys',
    ]);
  });

  it('has each process answer what is its own, and nothing else', async () => {
    const own = (server: TestServer): string[] =>
      [...new Set(server.routes.map(({ path }) => path.split('/')[1]!))]
        .filter((name) => !['', 'docs', 'docs-json', 'health'].includes(name))
        .toSorted();
    expect(own(topology.identity)).toEqual(['account', 'admin', 'auth']);
    expect(own(topology.api)).toEqual(['api']);
    expect(own(topology.gateway)).toEqual([
      '.well-known',
      'account',
      'admin',
      'forward-auth',
      'introspect',
      'revoke',
      'token',
      'userinfo',
    ]);
  });

  it('never lets a password travel for a client that it does not know', async () => {
    const asked = vi.spyOn(topology.identity.app.get(PasswordSignIn), 'authenticate');
    const wrong = await signIn(topology.gateway, { ...client, secret: 'x'.repeat(40) }, alice);
    expectOAuthError(wrong, 'invalid_client', 401);
    expect(asked).toHaveBeenCalledTimes(0);
    expect(await signIn(topology.gateway, client, alice)).toMatchObject({ status: 200 });
    expect(asked).toHaveBeenCalledTimes(1);
    asked.mockRestore();
  });

  it('tells the auth server from where the person signs in', async () => {
    const asked = vi.spyOn(topology.identity.app.get(PasswordSignIn), 'authenticate');
    const form = { grant_type: 'password', username: alice.username, password: alice.password };
    await post(topology.gateway, '/token', client, form, { 'User-Agent': 'Till/7' });
    expect(asked.mock.calls).toMatchObject([
      [
        { username: alice.username, password: alice.password },
        { clientId: client.id, ip: '127.0.0.1', userAgent: 'Till/7', requestId: expect.any(String) },
      ],
    ]);
    asked.mockRestore();
  });

  it('refuses a wrong password as the direct topology does', async () => {
    expectOAuthError(
      await signIn(topology.gateway, client, { ...alice, password: 'wrong' }),
      'invalid_grant',
    );
    const nobody = { username: 'nobody', password: 'wrong' };
    expectOAuthError(await signIn(topology.gateway, client, nobody), 'invalid_grant');
  });

  it('shows at the API what the auth server knows, after the next refresh', async () => {
    const upstream = await aConfidentialClient(all, {
      userDetails: [
        { name: 'attributes.department', display: false },
        { name: 'email', display: true },
      ],
    });
    const bob = await aPerson(all, {
      email: 'bob@example.com',
      attributes: { department: 'Sales', secret: 1 },
    });
    const first = (await signIn(topology.gateway, upstream, bob)).json;
    expect(decodeJwt(first.access_token).claims).toMatchObject({ email: 'bob@example.com' });
    expect(decodeJwt(first.access_token).claims).not.toHaveProperty('attributes');
    const seen = await assertionsAt(topology, () => bearer(topology.gateway, first.access_token, RESOURCES));
    expect(seen).toMatchObject({ email: 'bob@example.com', attributes: { department: 'Sales' } });

    await all.app.get(UserDirectory).change(bob.sub, { attributes: { department: 'Audit' } });
    const second = (await refresh(topology.gateway, upstream, first.refresh_token)).json;
    const later = await assertionsAt(topology, () =>
      bearer(topology.gateway, second.access_token, RESOURCES),
    );
    expect(later).toMatchObject({ attributes: { department: 'Audit' } });
  });

  it('refuses a disabled person at the next refresh', async () => {
    const bob = await aPerson(all);
    const { json } = await signIn(topology.gateway, client, bob);
    await all.app.get(UserDirectory).change(bob.sub, { status: 'disabled' });
    expectOAuthError(await refresh(topology.gateway, client, json.refresh_token), 'invalid_grant');
    expectInvalidToken(await bearer(topology.gateway, json.access_token, RESOURCES));
  });

  it('ends the sessions of a person whose password has changed at the next refresh', async () => {
    const bob = await aPerson(all);
    const { json } = await signIn(topology.gateway, client, bob);
    const changed = await bearer(topology.gateway, json.access_token, '/account/password', {
      method: 'POST',
      body: { current_password: bob.password, new_password: 'seven purple bicycles hum' },
    });
    expect(changed.status).toBe(204);
    expectOAuthError(await refresh(topology.gateway, client, json.refresh_token), 'invalid_grant');
  });

  it('answers 503 with Retry-After while the auth server is away, and never invalid_grant', async () => {
    const away = await startTopology();
    try {
      const some = asOne(away);
      const [app, bob] = [await aConfidentialClient(some), await aPerson(some)];
      const { json } = await signIn(away.gateway, app, bob);
      await away.identity.close();
      for (const answer of [
        await signIn(away.gateway, app, bob),
        await refresh(away.gateway, app, json.refresh_token),
      ]) {
        expectOAuthError(answer, 'temporarily_unavailable', 503);
        expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
      }
      expect(await bearer(away.gateway, json.access_token, RESOURCES)).toMatchObject({ status: 200 });
      await away.api.close();
      const unanswered = await bearer(away.gateway, json.access_token, RESOURCES);
      expect([502, 503]).toContain(unanswered.status);
      expect(unanswered.json).toMatchObject({ request_id: unanswered.headers.get('X-Request-Id') });
    } finally {
      await away.gateway.close();
    }
  });

  it('lets nobody past the gateway', async () => {
    const { json } = await signIn(topology.gateway, client, alice);
    for (const headers of [
      {},
      { Authorization: `Bearer ${json.access_token}` },
      { 'X-Identity': json.access_token },
      { 'X-Forwarded-User': alice.sub, 'X-User-Id': alice.sub, 'Remote-User': 'root' },
    ]) {
      expect(await call(topology.api, RESOURCES, { headers })).toMatchObject({ status: 401 });
    }
  });
});

/** The claims of the assertion with which the API was called. */
async function assertionsAt(
  { api }: GatewayTopology,
  work: () => Promise<unknown>,
): Promise<Record<string, any>> {
  const { IdentityAssertionVerifier } =
    await import('../../../src/modules/access/assertions/identity-assertion-verifier.js');
  const verified = vi.spyOn(api.app.get(IdentityAssertionVerifier), 'verify');
  await work();
  const [assertion] = verified.mock.calls.at(-1)!;
  verified.mockRestore();
  return decodeJwt(assertion).claims;
}
