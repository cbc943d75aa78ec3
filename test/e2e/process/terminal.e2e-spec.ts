import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Home, aHome, endProcesses, startProcess } from '../../support/process.js';

const TERMINAL = pathToFileURL(resolve('dist/platform/process/terminal.js')).href;

/** Writes to the terminal once it is gone, and ends in order only if it gets past that. */
const LATE_WRITER = `
import { writeFileSync } from 'node:fs';
import { outliveTerminal } from '${TERMINAL}';

outliveTerminal();
process.on('SIGHUP', () => {
  process.stdout.write('to nobody');
  process.stderr.write('to nobody');
  setTimeout(() => {
    writeFileSync('in-order', '');
    process.exit();
  }, 200);
});
setTimeout(() => process.exit(), 30_000);
console.log('"msg":"listening"');
`;

describe('a process whose terminal is closed', () => {
  let home: Home;

  beforeEach(() => {
    home = aHome();
  });

  afterEach(async () => {
    await endProcesses();
    home.remove();
  });

  it('ends in order even if it has something to say by then', async () => {
    const script = join(home.folder, 'late-writer.mjs');
    writeFileSync(script, LATE_WRITER);
    const writer = await startProcess({ home, script, terminal: true });
    await writer.listening();
    // The pseudo terminal ends with the program that made it.
    writer.signal('SIGKILL');
    await vi.waitFor(() => expect(existsSync(join(home.folder, 'in-order'))).toBe(true), { timeout: 10_000 });
  });
});
