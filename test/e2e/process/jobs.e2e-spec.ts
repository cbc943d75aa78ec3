import { afterEach, expect, it } from 'vitest';
import { type Home, aHome, endProcesses, startProcess } from '../../support/process.js';

let home: Home;

afterEach(async () => {
  await endProcesses();
  home.remove();
});

it('the process starts its jobs: the housekeeping of grants runs at the next full hour', async () => {
  home = aHome();
  const server = await startProcess({ home, environment: { LOG_LEVEL: 'debug' } });
  await server.listening();
  expect(server.stdout).toMatch(/"job":"grant-housekeeping","next":"[^"]+T\d\d:00:00\.000Z"/);
});
