import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../src/config/config.js';
import { closeDataSource, openDataSource } from '../../src/platform/database/data-source.js';
import { databaseOf } from '../../src/platform/database/database.js';
import { JobScheduler } from '../../src/platform/jobs/job-scheduler.js';
import { createLogger } from '../../src/platform/logging/logger.js';

/** An instance in a process of its own, with a job each second that writes down when it runs, until its input ends. */
const [url = ''] = process.argv.slice(2);
const { database: config } = loadConfig({ DATABASE_URL: url });
const logger = createLogger('silent');
const opened = await openDataSource(config, { entities: [], migrations: [] });
const database = databaseOf(opened, config, logger);
const scheduler = new JobScheduler(database, logger);
scheduler.add({
  name: 'race',
  schedule: '* * * * * *',
  async run() {
    const [row] = await database.query<{ id: number }>(
      'begin-run',
      'INSERT INTO runs (process, begun_at) VALUES ($1, clock_timestamp()) RETURNING id',
      [process.pid],
    );
    await sleep(400);
    await database.query('end-run', 'UPDATE runs SET ended_at = clock_timestamp() WHERE id = $1', [row!.id]);
  },
});
scheduler.start();

process.stdout.write('ready\n');
process.stdin.resume();
await once(process.stdin, 'end');
scheduler.onModuleDestroy();
await scheduler.onApplicationShutdown();
await closeDataSource(opened);
