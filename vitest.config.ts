import { defineConfig } from 'vitest/config';

/**
 * What needs no server and no network: unit specs beside the code, and the end-to-end suites on PGlite. What starts the
 * built server as a process, again and again, takes minutes: `npm run test:e2e` runs that.
 */
export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts', 'test/**/*.e2e-spec.ts'],
    exclude: ['test/postgres/**', 'test/browser/**', 'test/e2e/process/**'],
    env: { TEST_DATABASE_URL: '' },
    // No test here replaces a module, and loading the application anew for each file costs more than its tests.
    isolate: false,
    maxWorkers: '100%',
    globalSetup: ['test/support/empty-embedded-database.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
