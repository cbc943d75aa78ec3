import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Administration, administrationOf } from '../support/administration.js';
import { type Deployment, type Instance, aDeployment } from '../support/deployment.js';
import { refresh, signIn } from '../support/http.js';
import type { TestPerson } from '../support/mothers.js';
import { aRegisteredClient, aRegisteredPerson } from '../support/mothers-over-http.js';

const SESSIONS = 100;

describe('an instance that is stopped (SIGTERM) under load', () => {
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

  it('answers what it has begun or says 503, and exits with 0: no session loses its token', async () => {
    // Without a leeway, a rotation whose answer got lost would cost its session.
    const client = await aRegisteredClient(administration, { refresh_leeway: 0 });
    const stopped = await deployment.start();
    let left = SESSIONS * 3;

    const refreshUntilRefused = async (first: string): Promise<string> => {
      let last = first;
      for (;;) {
        const answer = await refresh(stopped, client, last).catch(() => undefined);
        if (answer === undefined || answer.status === 503) return last;
        expect(answer.status).toBe(200);
        last = answer.json.refresh_token;
        left -= 1;
        if (left === 0) stopped.signal('SIGTERM');
      }
    };
    const first: string[] = [];
    while (first.length < SESSIONS) {
      first.push((await signIn(survivor, client, person)).json.refresh_token);
    }
    const last = await Promise.all(first.map(refreshUntilRefused));

    expect(await stopped.ended).toBe(0);
    for (const token of last) expect((await refresh(survivor, client, token)).status).toBe(200);
  });
});
