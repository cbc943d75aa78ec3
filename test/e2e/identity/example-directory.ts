import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Directory } from '../../contract/directory.js';
import { freePort } from '../../support/server.js';
import { SECRET } from './directory-client.js';

const EXAMPLE = resolve('examples/identity-server');
export const PREVIOUS = 'internal-secret-of-last-year-0123456789ab';

/** The passwords that its README tells. */
const PASSWORDS: Record<string, string> = {
  alice: 'tractor yellow moonlight',
  root: 'seven green bicycles sing',
  bob: 'eleven calm rivers bending',
};

/** What a hash costs in tests: the example's own would take minutes of them. */
const CHEAP: Change = ['N: 2 ** 15, r: 8, p: 3', 'N: 2 ** 10, r: 8, p: 1'];

/** A text of the example, and what stands there instead. */
export type Change = readonly [from: string, to: string];

export interface RunningDirectory {
  directory: Directory;
  close: () => Promise<void>;
}

/** The example of a directory of another make, as it is, in a process of its own. */
export async function startExample(): Promise<RunningDirectory> {
  return run(EXAMPLE, () => undefined);
}

/**
 * A copy of it, with hashes that cost less.
 * @param changes mistakes to make in its server; each must find its text, or it would test nothing
 */
export async function startCheapExample(...changes: Change[]): Promise<RunningDirectory> {
  const folder = mkdtempSync(join(tmpdir(), 'grantway-directory-'));
  cpSync(EXAMPLE, folder, { recursive: true });
  // Its framework is found from where the copy is.
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  change(join(folder, 'server.mjs'), changes);
  change(join(folder, 'scrypt.mjs'), [CHEAP]);
  await hashAnew(folder);
  return run(folder, () => rmSync(folder, { recursive: true, force: true }));
}

async function run(folder: string, cleanUp: () => void): Promise<RunningDirectory> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(folder, 'server.mjs')], {
    env: { PORT: String(port), INTERNAL_SECRET: SECRET, INTERNAL_SECRET_PREVIOUS: PREVIOUS },
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said += String(chunk)));
  const ended = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), ended]);
  if (child.exitCode !== null) throw new Error(`The example did not start: ${said}`);
  return {
    directory: {
      url: `http://127.0.0.1:${port}`,
      secret: SECRET,
      previousSecret: PREVIOUS,
      dispatcher: undefined,
      person: { username: 'alice', password: PASSWORDS.alice! },
      disabled: { username: 'bob', password: PASSWORDS.bob!, sub: 'person:3' },
    },
    close: async () => {
      child.kill();
      await ended;
      cleanUp();
    },
  };
}

function change(file: string, changes: readonly Change[]): void {
  const source = changes.reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`${file} does not say ${from}`);
      return text.replace(from, to);
    },
    readFileSync(file, 'utf8'),
  );
  writeFileSync(file, source);
}

async function hashAnew(folder: string): Promise<void> {
  const { derive } = (await import(pathToFileURL(join(folder, 'scrypt.mjs')).href)) as {
    derive: (password: string, salt: string) => Promise<Buffer>;
  };
  const file = join(folder, 'people.json');
  const people: any[] = JSON.parse(readFileSync(file, 'utf8'));
  for (const { username, password } of people) {
    password.hash = (await derive(PASSWORDS[username]!, password.salt)).toString('base64');
  }
  writeFileSync(file, JSON.stringify(people));
}
