import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirectoryInUse, DataDirectoryLock } from './data-directory-lock.js';

/** Locks the directory as another process does, says so, and waits. */
const HOLDER = `
  const { DatabaseSync } = require('node:sqlite');
  new DatabaseSync(process.argv[1]).exec('BEGIN EXCLUSIVE');
  console.log('locked');
  process.stdin.resume();
`;

describe('the lock of a data directory', () => {
  let folder: string;
  let dataDir: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'grantway-lock-'));
    dataDir = join(folder, 'deep', 'data');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes the directory, for its owner alone', () => {
    const lock = DataDirectoryLock.acquire(dataDir);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    lock.release();
  });

  it('is held by one until that one releases it', () => {
    const lock = DataDirectoryLock.acquire(dataDir);
    expect(() => DataDirectoryLock.acquire(dataDir)).toThrow(DataDirectoryInUse);
    lock.release();
    DataDirectoryLock.acquire(dataDir).release();
  });

  it('is of the operating system’s: it falls with the process that held it, whatever killed that', async () => {
    DataDirectoryLock.acquire(dataDir).release();
    const holder = spawn(process.execPath, ['-e', HOLDER, join(dataDir, 'lock')]);
    await once(holder.stdout, 'data');
    expect(() => DataDirectoryLock.acquire(dataDir)).toThrow(/is in use by another process\. Stop that one/);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    DataDirectoryLock.acquire(dataDir).release();
  });

  it('that cannot be taken for another reason does not blame another process', () => {
    const lock = DataDirectoryLock.acquire(dataDir);
    lock.release();
    writeFileSync(
      join(dataDir, 'lock'),
      'this is no lock of ours, and longer than a header of SQLite would be'.repeat(20),
    );
    expect(() => DataDirectoryLock.acquire(dataDir)).toThrow(/not a database/);
  });
});
