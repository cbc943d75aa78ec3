import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserDirectory } from '../../../src/modules/users/index.js';
import { bearer, call, post, signIn } from '../../support/http.js';
import { decodeJwt } from '../../support/jwt.js';
import { type TestClient, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';
import { expectInvalidToken } from '../../support/verdicts.js';

let server: TestServer;
let client: TestClient;

beforeAll(async () => {
  server = await startServer();
  client = await aConfidentialClient(server);
});

afterAll(() => server?.close());

describe('/userinfo', () => {
  it('says who is signed in, by the subject of the token', async () => {
    const alice = await aPerson(server, {
      name: 'Ağca Əliyeva',
      email: 'agca@example.com',
      emailVerified: true,
      roles: ['admin'],
    });
    const { json } = await signIn(server, client, alice, 'profile');
    const answer = await bearer(server, json.access_token, '/userinfo');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(answer.json).toEqual({
      sub: decodeJwt(json.access_token).claims.sub,
      preferred_username: alice.username,
      name: 'Ağca Əliyeva',
      email: 'agca@example.com',
      email_verified: true,
      updated_at: expect.any(Number) as number,
    });
    expect(Number.isInteger(answer.json.updated_at)).toBe(true);
  });

  it('leaves out what has no value', async () => {
    const bob = await aPerson(server);
    const { json } = await signIn(server, client, bob);
    const answer = await bearer(server, json.access_token, '/userinfo');
    expect(Object.keys(answer.json).toSorted()).toEqual(['preferred_username', 'sub', 'updated_at']);
  });

  it('says what is so now, not at sign-in', async () => {
    const bob = await aPerson(server, { name: 'Bob' });
    const { json } = await signIn(server, client, bob);
    await server.app.get(UserDirectory).change(bob.sub, { name: 'Robert' });
    expect((await bearer(server, json.access_token, '/userinfo')).json.name).toBe('Robert');
  });

  it('needs the scope profile', async () => {
    const bob = await aPerson(server);
    const without = (await signIn(server, client, bob, 'account resources:read')).json;
    const refused = await bearer(server, without.access_token, '/userinfo');
    expect(refused.status).toBe(403);
    expect(refused.headers.get('WWW-Authenticate')).toContain('scope="profile"');
    const own = (await post(server, '/token', client, { grant_type: 'client_credentials' })).json;
    expect((await bearer(server, own.access_token, '/userinfo')).status).toBe(403);
    expect((await call(server, '/userinfo')).status).toBe(401);
  });

  it.each(['disabled', 'deleted'] as const)('knows nobody who is %s', async (state) => {
    const people = server.app.get(UserDirectory);
    const bob = await aPerson(server);
    const { json } = await signIn(server, client, bob);
    expect((await bearer(server, json.access_token, '/userinfo')).status).toBe(200);
    await (state === 'deleted' ? people.remove(bob.sub) : people.change(bob.sub, { status: 'disabled' }));
    expectInvalidToken(await bearer(server, json.access_token, '/userinfo'));
  });
});
