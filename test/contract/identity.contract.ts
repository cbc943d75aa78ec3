import { afterAll, describe, it } from 'vitest';
import type { Check } from './check.js';
import { timesOfRefusals } from './checks/refusal.js';
import { expectAccepted } from './accepted.js';
import { configuredDirectory } from './configured-directory.js';
import { IDENTITY_CHECKS } from './identity-checks.js';

const directory = configuredDirectory(process.env);
await expectAccepted(directory);
const expectKept = ({ run }: Check): Promise<void> => run(directory);

describe('a directory', () => {
  it.for(IDENTITY_CHECKS.map((check) => [check.name, check] as const))('%s', async ([, check], { skip }) => {
    skip(check.canRun?.(directory) === false, 'the environment does not say enough');
    await expectKept(check);
  });
});

// Whether the times are alike is for a person to judge, near the directory and more than once.
afterAll(async () => {
  process.stdout.write(`${await timesOfRefusals(directory)}\n`);
});
