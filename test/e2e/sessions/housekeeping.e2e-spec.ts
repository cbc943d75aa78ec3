import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GrantHousekeeping } from '../../../src/modules/tokens/grants/grant-housekeeping.js';
import { post, refresh, signIn } from '../../support/http.js';
import { type TestClient, type TestPerson, aConfidentialClient, aPerson } from '../../support/mothers.js';
import { type TestServer, startServer } from '../../support/server.js';

const DAY = 24 * 60 * 60;

describe('forgetting old grants', () => {
  let server: TestServer;
  let client: TestClient;
  let person: TestPerson;

  beforeAll(async () => {
    server = await startServer();
    client = await aConfidentialClient(server, { grantTtl: 3 * DAY });
    person = await aPerson(server);
  });

  afterAll(() => server?.close());

  const count = async (table: string): Promise<number> => {
    const [row] = await server.app.get(DataSource).query(`SELECT count(*)::int AS n FROM ${table}`);
    return row.n;
  };
  const sweep = () => server.app.get(GrantHousekeeping).sweep();

  it('removes what ended or expired a day ago, in as many batches as it takes, and leaves what lives', async () => {
    const ended = (await signIn(server, client, person)).json;
    await post(server, '/revoke', client, { token: ended.access_token });
    await post(server, '/revoke', client, { token: ended.refresh_token });
    await server.app.get(DataSource).query(
      `INSERT INTO grants SELECT gen_random_uuid(), subject, client_id, scope, auth_time, amr, credentials_version, ip,
         user_agent, created_at, last_used_at, now() - interval '3 days', NULL, NULL
       FROM grants, generate_series(1, 450)`,
    );
    const living = (await signIn(server, client, person)).json;

    await sweep();
    expect({ grants: await count('grants'), revoked: await count('revoked_access_tokens') }).toEqual({
      grants: 2,
      revoked: 1,
    });

    server.clock.advance(DAY + 60);
    await sweep();
    expect({
      grants: await count('grants'),
      tokens: await count('refresh_tokens'),
      revoked: await count('revoked_access_tokens'),
    }).toEqual({ grants: 1, tokens: 1, revoked: 1 });
    expect((await refresh(server, client, living.refresh_token)).status).toBe(200);

    server.clock.advance(DAY);
    await sweep();
    expect(await count('revoked_access_tokens')).toBe(0);
  });
});
