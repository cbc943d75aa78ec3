import { defineConfig } from 'vitest/config';

/** What only a browser can show. It needs a Chromium on the PATH, or its path in `CHROMIUM`. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.spec.ts'],
    env: { TEST_DATABASE_URL: '' },
    globalSetup: ['test/support/empty-embedded-database.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
