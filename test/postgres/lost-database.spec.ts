import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, aDatabase } from '../support/database.js';
import { type DatabaseProxy, aDatabaseProxy } from '../support/database-proxy.js';
import { type Answer, bearer, call, post, refresh, signIn } from '../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../support/mothers.js';
import { type TestServer, startServer } from '../support/server.js';

describe('a database that is away for a while', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  let server: TestServer;
  let client: TestClient;
  let person: TestPerson;

  beforeAll(async () => {
    database = await aDatabase();
    proxy = await aDatabaseProxy(database.url!);
    server = await startServer({ DATABASE_URL: proxy.url }, database);
    client = await aConfidentialClient(server);
    person = await aPerson(server);
  });

  afterAll(async () => {
    await server.close();
    await proxy.close();
    await database.drop();
  });

  it('is 503 with Retry-After for every endpoint, never a refusal, and changes no token (RFC 7009 §2.2.1)', async () => {
    const tokens = (await signIn(server, client, person)).json;
    await proxy.refuse();
    for (const answer of await askEverything(tokens)) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('Retry-After')).toMatch(/^\d+$/);
    }
    expect((await call(server, '/health/ready')).status).toBe(503);
    expect((await call(server, '/health/live')).status).toBe(200);

    await proxy.restore();
    expect((await call(server, '/health/ready')).status).toBe(200);
    expect((await bearer(server, tokens.access_token, '/api/resources')).status).toBe(200);
    expect((await refresh(server, client, tokens.refresh_token)).status).toBe(200);
  });

  it('is 503 soon when it swallows everything, and is used again when it answers', async () => {
    const tokens = (await signIn(server, client, person)).json;
    // Every connection of the pool is open, so that every one gets stuck.
    await Promise.all(times(50, () => post(server, '/revoke', client, { token: 'unknown' })));
    proxy.swallow();
    const swallowed = performance.now();
    const revocations = times(20, () => post(server, '/revoke', client, { token: 'unknown' }));
    for (const answer of [...(await Promise.all(revocations)), ...(await askEverything(tokens))]) {
      expect(answer.status).toBe(503);
    }
    expect(performance.now() - swallowed).toBeLessThan(25_000);

    await proxy.restore();
    for (let round = 0; round < 20; round++) {
      const { status, json: fresh } = await signIn(server, client, person);
      expect(status).toBe(200);
      // One of them revokes, so that the others may be refused; but no connection of the pool is stuck.
      for (const answer of await askEverything(fresh)) expect(answer.status).toBeLessThan(500);
    }
    expect((await refresh(server, client, tokens.refresh_token)).status).toBe(200);
  });

  it('refuses nobody when connections break under load', async () => {
    const { access_token: token } = (await signIn(server, client, person)).json;
    const answers = Promise.all(
      times(300, () => bearer(server, token, '/api/resources').then(({ status }) => status)),
    );
    await proxy.refuse();
    await proxy.restore();
    for (const status of await answers) expect([200, 503]).toContain(status);
    expect((await bearer(server, token, '/api/resources')).status).toBe(200);
  });

  async function askEverything(tokens: { access_token: string; refresh_token: string }): Promise<Answer[]> {
    return Promise.all([
      signIn(server, client, person),
      refresh(server, client, tokens.refresh_token),
      post(server, '/revoke', client, { token: tokens.refresh_token }),
      post(server, '/introspect', client, { token: tokens.access_token }),
      bearer(server, tokens.access_token, '/api/resources'),
      bearer(server, tokens.access_token, '/userinfo'),
      bearer(server, tokens.access_token, '/account/sessions'),
    ]);
  }
});

function times<T>(count: number, ask: () => Promise<T>): Promise<T>[] {
  return Array.from({ length: count }, ask);
}
