import { defineConfig } from 'vitest/config';

/** What the direct topology promises and the gateway topology must keep: these suites run over both. */
export const OVER_BOTH_TOPOLOGIES = [
  'test/e2e/direct/**/*.e2e-spec.ts',
  'test/e2e/resources/**/*.e2e-spec.ts',
  'test/e2e/tokens/**/*.e2e-spec.ts',
  'test/e2e/sessions/{account-sessions,admin-sessions,userinfo}.e2e-spec.ts',
  'test/e2e/administration/{users,clients,ended-access,ended-administrators}.e2e-spec.ts',
  'test/conformance/rfc6750.spec.ts',
];

const direct = {
  test: {
    name: 'direct',
    include: ['src/**/*.spec.ts', 'test/**/*.spec.ts', 'test/**/*.e2e-spec.ts'],
    exclude: ['test/postgres/**', 'test/redis/**', 'test/browser/**', 'test/e2e/process/**'],
  },
  extends: true as const,
};

const gateway = {
  test: { name: 'gateway', include: OVER_BOTH_TOPOLOGIES, env: { TEST_TOPOLOGY: 'gateway' } },
  extends: true as const,
};

/**
 * What needs no server and no network: unit specs beside the code, and the end-to-end suites on PGlite. What starts the
 * built server as a process, again and again, takes minutes: `npm run test:e2e` runs that.
 */
export default defineConfig({
  test: {
    projects: [direct, gateway],
    env: { TEST_DATABASE_URL: '' },
    // No test here replaces a module, and loading the application anew for each file costs more than its tests.
    isolate: false,
    maxWorkers: '100%',
    globalSetup: ['test/support/empty-embedded-database.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
