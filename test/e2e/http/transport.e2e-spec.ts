import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basic, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

const PRODUCTION = { NODE_ENV: 'production', ISSUER: 'https://as.example' };
const ANOTHER_MACHINE = '192.0.2.7';
const PROXY = '10.1.2.3';

describe('requests that reach the server in clear', () => {
  let production: TestServer;
  let development: TestServer;
  let client: TestClient;
  let person: TestPerson;

  beforeAll(async () => {
    production = await startServer({ ...PRODUCTION, TRUSTED_PROXIES: '10.0.0.0/8' });
    client = await aConfidentialClient(production);
    person = await aPerson(production);
    development = await startServer();
  });

  afterAll(async () => {
    await production.close();
    await development.close();
  });

  /** A sign-in as if it came from `remoteAddress`: what a peer's address is, no test on loopback can choose. */
  async function signInFrom(remoteAddress: string, headers: Record<string, string> = {}) {
    const { username, password } = person;
    return production.app.inject({
      method: 'POST',
      url: '/token',
      remoteAddress,
      headers: {
        Authorization: basic(client),
        'Content-Type': 'application/x-www-form-urlencoded',
        ...headers,
      },
      payload: new URLSearchParams({ grant_type: 'password', username, password }).toString(),
    });
  }

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['that it came over TLS', { 'X-Forwarded-Proto': 'https' }],
    ['that it came over TLS in the other way', { Forwarded: 'proto=https' }],
    ['that it came in clear', { 'X-Forwarded-Proto': 'http' }],
    ['that it is loopback', { 'X-Forwarded-For': '127.0.0.1', 'X-Forwarded-Proto': 'https' }],
  ])('from another machine get no token, whatever it says: %s', async (_, headers) => {
    const answer = await signInFrom(ANOTHER_MACHINE, headers);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ error: 'invalid_request' });
    expect(answer.headers.location).toBeUndefined();
    expect(answer.body).not.toContain('token"');
  });

  it('get no resource either, and no redirect', async () => {
    const answer = await production.app.inject({ url: '/api/resources', remoteAddress: ANOTHER_MACHINE });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ status: 400, detail: 'This server is to be reached over https.' });
    expect(answer.headers.location).toBeUndefined();
  });

  it.each<[string, number, Record<string, string>]>([
    [PROXY, 200, { 'X-Forwarded-Proto': 'https' }],
    [`::ffff:${PROXY}`, 200, { 'X-Forwarded-Proto': 'https' }],
    [PROXY, 400, { 'X-Forwarded-Proto': 'http' }],
    [PROXY, 400, { 'X-Forwarded-Proto': 'https, http' }],
    [PROXY, 400, {}],
    ['127.0.0.1', 200, {}],
    ['::1', 200, {}],
    ['::ffff:127.0.0.1', 200, {}],
    ['fe80::1', 400, {}],
  ])(
    'from %s are judged by a trusted proxy’s word, or by being loopback: %i',
    async (peer, status, headers) => {
      expect((await signInFrom(peer, headers)).statusCode).toBe(status);
    },
  );

  it('are served where they only ask whether the server lives, as orchestrators do', async () => {
    for (const url of ['/health/live', '/health/ready']) {
      const answer = await production.app.inject({ url, remoteAddress: ANOTHER_MACHINE });
      expect(answer.statusCode).toBe(200);
    }
  });

  it('are served in development, from anywhere', async () => {
    const answer = await development.app.inject({ url: '/docs-json', remoteAddress: ANOTHER_MACHINE });
    expect(answer.statusCode).toBe(200);
  });

  it('are served in production from this machine', async () => {
    expect((await signIn(production, client, person)).status).toBe(200);
  });
});
