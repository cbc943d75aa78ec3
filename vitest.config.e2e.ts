import { defineConfig } from 'vitest/config';
import { OVER_BOTH_TOPOLOGIES } from './vitest.config.js';

const server = process.env.TEST_DATABASE_URL;

const suite = ['test/**/*.e2e-spec.ts', 'test/conformance/**/*.spec.ts'];

/** What `npm test` runs as well. */
const onPglite = {
  test: {
    name: 'pglite',
    include: suite,
    exclude: ['test/e2e/process/**'],
    env: { TEST_DATABASE_URL: '' },
    globalSetup: ['test/support/empty-embedded-database.ts'],
  },
  extends: true as const,
};

/** The built server as a process, on the embedded database. */
const processes = {
  test: {
    name: 'process',
    include: ['test/e2e/process/**/*.e2e-spec.ts'],
    env: { TEST_DATABASE_URL: '' },
    globalSetup: ['test/support/built-server.ts', 'test/support/empty-embedded-database.ts'],
    // Each starts processes, some three at a time, on machines that may be busy.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
  extends: true as const,
};

const onPostgres = {
  test: {
    name: 'postgres',
    include: suite,
    // About the process and its data directory: the database behind it makes no difference.
    exclude: ['test/e2e/process/**'],
    env: { TEST_DATABASE_URL: server ?? '' },
  },
  extends: true as const,
};

/** The gateway topology, each of its three processes on a database of the server. */
const topologyOnPostgres = {
  test: {
    name: 'topology',
    include: OVER_BOTH_TOPOLOGIES,
    env: { TEST_DATABASE_URL: server ?? '', TEST_TOPOLOGY: 'gateway' },
  },
  extends: true as const,
};

/** These start processes of their own and race them: one file at a time, and after everything else. */
const instancesOnPostgres = {
  test: {
    name: 'instances',
    include: ['test/postgres/**/*.spec.ts', 'test/redis/**/*.spec.ts'],
    env: { TEST_DATABASE_URL: server ?? '' },
    globalSetup: ['test/support/built-server.ts'],
    testTimeout: 120_000,
    fileParallelism: false,
    maxWorkers: 1,
    sequence: { groupOrder: 1 },
  },
  extends: true as const,
};

/**
 * The whole application over HTTP: on PGlite, and once more on the PostgreSQL server that `TEST_DATABASE_URL` names,
 * with what only a server can show besides. Choose with `--project pglite`, `process`, `postgres`, `topology` or
 * `instances`.
 */
export default defineConfig({
  test: {
    projects: [onPglite, processes, ...(server ? [onPostgres, topologyOnPostgres, instancesOnPostgres] : [])],
    isolate: false,
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
