import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, post, refresh, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

describe('the direct flow', () => {
  let server: TestServer;
  let client: TestClient;
  let person: TestPerson;

  beforeAll(async () => {
    server = await startServer();
    client = await aConfidentialClient(server);
    person = await aPerson(server);
  });

  afterAll(() => server.close());

  it('goes from a password to a resource, over an expired token and a refresh, to a revocation', async () => {
    const tokens = await signIn(server, client, person);
    expect(tokens.json).toMatchObject({ token_type: 'Bearer', expires_in: 300 });

    const created = await bearer(server, tokens.json.access_token, '/api/resources', {
      method: 'POST',
      body: { title: 'First', body: { from: 'the direct flow' } },
    });
    expect(created.status).toBe(201);
    const location = created.headers.get('Location')!;
    expect((await bearer(server, tokens.json.access_token, location)).json).toMatchObject({
      id: created.json.id,
      owner: person.sub,
      title: 'First',
    });

    server.clock.advance(tokens.json.expires_in + 1);
    const expired = await bearer(server, tokens.json.access_token, location);
    expect(expired.status).toBe(401);
    expect(expired.headers.get('WWW-Authenticate')).toContain('error="invalid_token"');

    const refreshed = await refresh(server, client, tokens.json.refresh_token);
    expect(refreshed.status).toBe(200);
    expect((await bearer(server, refreshed.json.access_token, location)).status).toBe(200);

    const revoked = await post(server, '/revoke', client, { token: refreshed.json.refresh_token });
    expect(revoked).toMatchObject({ status: 200, json: {} });
    expect((await bearer(server, refreshed.json.access_token, location)).status).toBe(401);
    expect((await refresh(server, client, refreshed.json.refresh_token)).json.error).toBe('invalid_grant');
  });
});
