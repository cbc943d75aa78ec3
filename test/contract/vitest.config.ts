import { defineConfig } from 'vitest/config';

/** Whether a directory of people keeps docs/contracts/identity.md: `npm run test:contract`, over the network. */
export default defineConfig({
  test: { include: ['test/contract/**/*.contract.ts'], testTimeout: 30_000, fileParallelism: false },
});
