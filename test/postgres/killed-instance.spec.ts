import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf } from '../support/administration.js';
import { query } from '../support/database.js';
import { type Deployment, type Instance, aDeployment } from '../support/deployment.js';
import { bearer, refresh, signIn } from '../support/http.js';
import type { TestClient, TestPerson } from '../support/mothers.js';
import { aRegisteredClient, aRegisteredPerson } from '../support/mothers-over-http.js';

const KILLS = 8;
const SESSIONS = 20;

/** The last tokens of a session whose answer arrived. */
interface LastAnswer {
  access_token: string;
  refresh_token: string;
}

describe('an instance that is killed (SIGKILL) while another goes on', () => {
  let deployment: Deployment;
  let survivor: Instance;
  let administration: Administration;
  let person: TestPerson;

  beforeAll(async () => {
    deployment = await aDeployment();
    survivor = await deployment.start();
    administration = await administrationOf(survivor);
    person = await aRegisteredPerson(administration);
  });

  afterAll(() => deployment.close());

  it('loses no rotation that it answered, and revives no consumed token', async () => {
    const client = await aRegisteredClient(administration, { refresh_leeway: 0 });
    const first: LastAnswer = (await signIn(survivor, client, person)).json;
    let current = first.refresh_token;
    for (let kill = 0; kill < KILLS; kill++) {
      const victim = await deployment.start();
      const answered = await refresh(victim, client, current);
      await victim.kill();
      expect(answered.status).toBe(200);
      const next = await refresh(survivor, client, answered.json.refresh_token);
      expect(next.status).toBe(200);
      current = next.json.refresh_token;
    }
    expect((await refresh(survivor, client, first.refresh_token)).json.error).toBe('invalid_grant');
    expect((await refresh(survivor, client, current)).json.error).toBe('invalid_grant');
  });

  it('costs a session nothing within the leeway: its last token leads on, along one lineage', async () => {
    const client = await aRegisteredClient(administration);
    for (let kill = 1; kill <= KILLS; kill++) {
      const sessions = await refreshUntilKilled(client, kill * SESSIONS);
      for (const last of sessions) {
        const repeated = await refresh(survivor, client, last.refresh_token);
        expect(repeated.status).toBe(200);
        const next = await refresh(survivor, client, repeated.json.refresh_token);
        expect(next.status).toBe(200);
        expect((await refresh(survivor, client, last.refresh_token)).json.error).toBe('invalid_grant');
        expect((await refresh(survivor, client, next.json.refresh_token)).json.error).toBe('invalid_grant');
      }
      expect(await forkedGrants()).toEqual([]);
    }
  });

  it('leaves, without a leeway, the unanswered token good or its grant ended', async () => {
    const client = await aRegisteredClient(administration, { refresh_leeway: 0 });
    for (let kill = 1; kill <= KILLS; kill++) {
      const sessions = await refreshUntilKilled(client, kill * SESSIONS);
      for (const last of sessions) {
        const retried = await refresh(survivor, client, last.refresh_token);
        const isOnward = retried.status === 200;
        expect(retried.json.error).toBe(isOnward ? undefined : 'invalid_grant');
        const api = await bearer(survivor, last.access_token, '/api/resources');
        expect(api.status).toBe(isOnward ? 200 : 401);
      }
      expect(await forkedGrants()).toEqual([]);
    }
  });

  /** Refreshes many sessions on a fresh instance, kills it after so many answers, and returns what arrived. */
  async function refreshUntilKilled(client: TestClient, answers: number): Promise<LastAnswer[]> {
    const victim = await deployment.start();
    let left = answers;
    const refreshOnAndOn = async (): Promise<LastAnswer> => {
      let last: LastAnswer = (await signIn(survivor, client, person)).json;
      for (;;) {
        const answer = await refresh(victim, client, last.refresh_token).catch(() => undefined);
        if (answer === undefined) return last;
        expect(answer.status).toBe(200);
        last = answer.json;
        left -= 1;
        if (left === 0) void victim.kill();
      }
    };
    return Promise.all(Array.from({ length: SESSIONS }, refreshOnAndOn));
  }

  /** Grants with two refresh tokens that were not used yet. Only the database could tell: nobody holds the other. */
  async function forkedGrants(): Promise<unknown[]> {
    return query(
      deployment.database.url!,
      'SELECT grant_id FROM refresh_tokens WHERE used_at IS NULL GROUP BY grant_id HAVING count(*) <> 1',
    );
  }
});
