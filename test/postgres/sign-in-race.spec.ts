import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf } from '../support/administration.js';
import { type Deployment, type Instance, aDeployment } from '../support/deployment.js';
import { bearer, post, signIn } from '../support/http.js';
import type { TestClient, TestPerson } from '../support/mothers.js';
import { aRegisteredClient, aRegisteredPerson } from '../support/mothers-over-http.js';

const ROUNDS = 15;
const NEXT_PASSWORD = 'lantern under seven bridges';

describe('sign-ins on two instances while what they stand on is taken away', () => {
  let deployment: Deployment;
  let a: Instance;
  let b: Instance;
  let administration: Administration;
  let client: TestClient;

  beforeAll(async () => {
    deployment = await aDeployment();
    [a, b] = await Promise.all([deployment.start(), deployment.start()]);
    administration = await administrationOf(a);
    client = await aRegisteredClient(administration);
  });

  afterAll(() => deployment.close());

  it('leave no token of the old password alive once the new one counts', async () => {
    for (let round = 1; round <= ROUNDS; round++) {
      const person = await aRegisteredPerson(administration);
      const own: string = (await signIn(a, client, person)).json.access_token;
      const tokens = await signInUntil(round, person, client, async () => {
        const changed = await bearer(a, own, '/account/password', {
          method: 'POST',
          body: { current_password: person.password, new_password: NEXT_PASSWORD },
        });
        expect(changed.status).toBe(204);
      });
      expect(await liveAmong([own, ...tokens], client)).toEqual([]);
      const again = await signIn(b, client, { ...person, password: NEXT_PASSWORD });
      expect(await liveAmong([again.json.access_token], client)).toHaveLength(1);
    }
  });

  it('leave no token of a person alive who was disabled meanwhile', async () => {
    for (let round = 1; round <= ROUNDS; round++) {
      const person = await aRegisteredPerson(administration);
      const tokens = await signInUntil(round, person, client, () => disable(`/admin/users/${person.sub}`));
      expect(await liveAmong(tokens, client)).toEqual([]);
    }
  });

  it('leave no token of a client alive that was disabled meanwhile', async () => {
    const person = await aRegisteredPerson(administration);
    const resourceServer = await aRegisteredClient(administration, {
      grant_types: [],
      scope: '',
      audiences: [deployment.issuer],
    });
    for (let round = 1; round <= ROUNDS; round++) {
      const closing = await aRegisteredClient(administration);
      const tokens = await signInUntil(round, person, closing, () => disable(`/admin/clients/${closing.id}`));
      expect(await liveAmong(tokens, resourceServer)).toEqual([]);
    }
    const undisturbed = (await signIn(a, client, person)).json.access_token;
    expect(await liveAmong([undisturbed], resourceServer)).toEqual([undisturbed]);
  });

  /** Signs in again and again on both instances, and does `deed` after so many tokens: all that were handed out. */
  async function signInUntil(
    count: number,
    person: TestPerson,
    using: TestClient,
    deed: () => Promise<void>,
  ): Promise<string[]> {
    const tokens: string[] = [];
    let done: Promise<void> | undefined;
    const signInAgainAndAgain = async (instance: Instance): Promise<void> => {
      for (;;) {
        const { status, json } = await signIn(instance, using, person);
        if (status !== 200) {
          expect(['invalid_grant', 'invalid_client']).toContain(json.error);
          return;
        }
        tokens.push(json.access_token);
        if (tokens.length === count) done = deed();
      }
    };
    await Promise.all([a, b, a, b].map(signInAgainAndAgain));
    await done;
    return tokens;
  }

  async function disable(path: string): Promise<void> {
    expect((await administration('PATCH', path, { status: 'disabled' })).status).toBe(200);
  }

  async function liveAmong(tokens: string[], asking: TestClient): Promise<string[]> {
    const answers = await Promise.all(
      tokens.map(async (token) => [token, (await post(b, '/introspect', asking, { token })).json.active]),
    );
    return answers.filter(([, active]) => active).map(([token]) => token);
  }
});
