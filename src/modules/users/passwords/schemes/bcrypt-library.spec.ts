import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Overloaded } from '../../../../protocol/overloaded.js';
import { BcryptUnavailable, loadedOnFirstUse } from './bcrypt-library.js';

const run = promisify(execFile);

/** Where the package has no build, its import throws; here any import of it does. */
const WITHOUT_BCRYPT = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === '@node-rs/bcrypt') throw new Error('Cannot find native binding');
      return next(specifier, context);
    },
  });
  const { readForeignHash } = await import('SOURCE');
  const argon2 = readForeignHash('$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAA');
  console.log('argon2', await argon2.verify('password'));
  const bcrypt = readForeignHash('$2b$04$' + '.'.repeat(53));
  await bcrypt.verify('password').catch(({ message }) => console.log(message));
`;

describe('the bcrypt library', () => {
  it('is loaded by the first hash that needs it, and once', async () => {
    let loads = 0;
    const library = loadedOnFirstUse(async () => {
      loads++;
      return { verify: async () => true };
    });
    expect(loads).toBe(0);
    await Promise.all([library(), library()]);
    expect(loads).toBe(1);
  });

  it('makes the response a 503 where it cannot be loaded, and is tried again later', async () => {
    let present = false;
    const library = loadedOnFirstUse(async () => {
      if (!present) throw new Error('Cannot find native binding');
      return { verify: async () => true };
    });
    await expect(library()).rejects.toThrow(BcryptUnavailable);
    await expect(library()).rejects.toThrow(Overloaded);
    await expect(library()).rejects.toThrow(/@node-rs\/bcrypt cannot be loaded on \S+-\S+\. .*npm ci/);
    present = true;
    expect(await (await library()).verify('', '')).toBe(true);
  });

  it('is not needed by a process without bcrypt hashes', async () => {
    const source = pathToFileURL(`${import.meta.dirname}/../read-hash.ts`).href;
    const { stdout } = await run(process.execPath, [
      '--import',
      pathToFileURL(`${process.cwd()}/scripts/run-typescript.mjs`).href,
      '--input-type=module',
      '--eval',
      WITHOUT_BCRYPT.replace('SOURCE', source),
    ]);
    const [first, second] = stdout.split('\n');
    expect(first).toBe('argon2 false');
    expect(second).toMatch(/^bcrypt hashes cannot be compared: @node-rs\/bcrypt cannot be loaded/);
  });
});
