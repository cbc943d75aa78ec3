import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf } from '../support/administration.js';
import { query } from '../support/database.js';
import { type Deployment, type Instance, aDeployment } from '../support/deployment.js';
import { bearer, call, signIn } from '../support/http.js';
import { aRegisteredClient, aRegisteredPerson } from '../support/mothers-over-http.js';
import { ADMINISTRATOR, FIRST_CLIENT } from '../support/server.js';

describe('four instances that start at once on an empty database', () => {
  let deployment: Deployment;
  let instances: Instance[];
  let administration: Administration;

  beforeAll(async () => {
    deployment = await aDeployment();
    instances = await Promise.all(Array.from({ length: 4 }, () => deployment.start()));
    administration = await administrationOf(instances[0]!);
  });

  afterAll(() => deployment.close());

  it('all become ready, and none complains', async () => {
    for (const instance of instances) {
      expect(await call(instance, '/health/ready')).toMatchObject({ status: 200 });
      const lines = instance.stdout.trimEnd().split('\n');
      expect(lines.filter((line) => JSON.parse(line).level >= WARN)).toEqual([]);
      expect(instance.stderr).toBe('');
    }
  });

  it('run each migration once', async () => {
    const [{ run, distinct }] = await query(
      deployment.database.url!,
      'SELECT count(*)::int AS run, count(DISTINCT name)::int AS distinct FROM migrations',
    );
    expect(run).toBeGreaterThan(0);
    expect(run).toBe(distinct);
  });

  it('make one first client and one administrator between them', async () => {
    const clients = (await administration('GET', '/admin/clients')).json.items;
    expect(clients.map((client: any) => client.client_id)).toEqual([FIRST_CLIENT.id]);
    const people = (await administration('GET', '/admin/users')).json.items;
    expect(people.map((person: any) => [person.username, person.roles])).toEqual([
      [ADMINISTRATOR.username, ['admin']],
    ]);
  });

  it('make one signing key of each kind, so that a token of each is good at all', async () => {
    const documents = await Promise.all(
      instances.map((instance) => call(instance, '/.well-known/jwks.json')),
    );
    expect(new Set(documents.map(({ text }) => text)).size).toBe(1);
    expect(documents[0]!.json.keys.map((key: any) => key.alg).toSorted()).toEqual(['ES256', 'RS256']);

    const person = await aRegisteredPerson(administration);
    for (const algorithm of ['ES256', 'RS256']) {
      const client = await aRegisteredClient(administration, { access_token_signing_alg: algorithm });
      for (const issuing of instances) {
        const token: string = (await signIn(issuing, client, person)).json.access_token;
        for (const asked of instances) {
          expect((await bearer(asked, token, '/api/resources')).status).toBe(200);
        }
      }
    }
  });
});

/** The level of a pino line that somebody should look at. */
const WARN = 40;
