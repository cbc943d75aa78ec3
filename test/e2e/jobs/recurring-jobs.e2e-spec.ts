import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Database } from '../../../src/platform/database/database.js';
import { JobScheduler } from '../../../src/platform/jobs/job-scheduler.js';
import { startServer } from '../../support/server.js';

it('a stop tells the running jobs, waits for them, and only then closes the database', async () => {
  const server = await startServer();
  const jobs = server.app.get(JobScheduler);
  const database = server.app.get(Database);
  const steps: string[] = [];
  const begun = new Promise<void>((resolve) => {
    jobs.add({
      name: 'test',
      schedule: '* * * * * *',
      async run(stopping) {
        steps.push('begun');
        resolve();
        while (!stopping.aborted) await sleep(10);
        await sleep(300);
        const [row] = await database.query<{ one: number }>('test-job', 'SELECT 1 AS one', []);
        steps.push(`read ${row!.one}`);
      },
    });
  });
  jobs.start();
  await begun;
  await server.close();
  expect(steps).toEqual(['begun', 'read 1']);
});
