import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf } from '../support/administration.js';
import { type Deployment, type Instance, aDeployment } from '../support/deployment.js';
import { bearer, post, signIn } from '../support/http.js';
import type { TestClient, TestPerson } from '../support/mothers.js';
import { aRegisteredClient, aRegisteredPerson } from '../support/mothers-over-http.js';
import { volley } from '../support/volley.js';

const ROUNDS = 15;
const SIGN_INS = 12;
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
    for (let round = 0; round < ROUNDS; round++) {
      const person = await aRegisteredPerson(administration);
      const own: string = (await signIn(a, client, person)).json.access_token;
      const [changed, tokens] = await Promise.all([
        bearer(a, own, '/account/password', {
          method: 'POST',
          body: { current_password: person.password, new_password: NEXT_PASSWORD },
        }),
        signInsOf(person, client),
      ]);
      expect(changed.status).toBe(204);
      expect(await liveAmong([own, ...tokens], client)).toEqual([]);
      const again = await signIn(b, client, { ...person, password: NEXT_PASSWORD });
      expect(await liveAmong([again.json.access_token], client)).toHaveLength(1);
    }
  });

  it('leave no token of a person alive who was disabled meanwhile', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const person = await aRegisteredPerson(administration);
      const [disabled, tokens] = await Promise.all([
        administration('PATCH', `/admin/users/${person.sub}`, { status: 'disabled' }),
        signInsOf(person, client),
      ]);
      expect(disabled.status).toBe(200);
      expect(await liveAmong(tokens, client)).toEqual([]);
    }
  });

  it('leave no token of a client alive that was disabled meanwhile', async () => {
    const person = await aRegisteredPerson(administration);
    for (let round = 0; round < ROUNDS; round++) {
      const closing = await aRegisteredClient(administration);
      const [disabled, tokens] = await Promise.all([
        administration('PATCH', `/admin/clients/${closing.id}`, { status: 'disabled' }),
        signInsOf(person, closing),
      ]);
      expect(disabled.status).toBe(200);
      for (const token of tokens) expect((await bearer(b, token, '/api/resources')).status).toBe(401);
    }
  });

  /** Signs in many times at once on both instances: the access tokens that came of it. */
  async function signInsOf(person: TestPerson, using: TestClient): Promise<string[]> {
    const form = { grant_type: 'password', username: person.username, password: person.password };
    const hits = await volley(
      Array.from({ length: SIGN_INS }, (_, index) => ({
        origin: index % 2 === 0 ? a.origin : b.origin,
        path: '/token',
        client: using,
        form,
      })),
    );
    for (const hit of hits) expect([200, 400, 401, 503]).toContain(hit?.status);
    return hits.flatMap((hit) => hit?.json.access_token ?? []);
  }

  async function liveAmong(tokens: string[], asking: TestClient): Promise<string[]> {
    const answers = await Promise.all(
      tokens.map(async (token) => [token, (await post(b, '/introspect', asking, { token })).json.active]),
    );
    return answers.filter(([, active]) => active).map(([token]) => token);
  }
});
