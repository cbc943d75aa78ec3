import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimDataDirectory, dataDirectoryMistakes } from './data-directory.js';

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe.skipIf(process.getuid === undefined)('a data directory', () => {
  let parent: string;
  let dataDir: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'grantway-data-'));
    dataDir = join(parent, 'data');
  });

  afterEach(() => rmSync(parent, { recursive: true }));

  it('that exists is closed to everybody but its owner, with all that is in it', () => {
    const nested = join(dataDir, 'postgres', 'base');
    mkdirSync(nested, { recursive: true });
    const files = [join(dataDir, 'encryption.key'), join(nested, '1259')];
    for (const file of files) {
      writeFileSync(file, '');
      chmodSync(file, 0o666);
    }
    for (const folder of [dataDir, join(dataDir, 'postgres'), nested]) chmodSync(folder, 0o777);
    claimDataDirectory(dataDir);
    expect([dataDir, join(dataDir, 'postgres'), nested].map(modeOf)).toEqual([0o700, 0o700, 0o700]);
    expect(files.map(modeOf)).toEqual([0o600, 0o600]);
  });

  it('leaves alone what a link in it leads to, a file, a directory or itself', () => {
    mkdirSync(dataDir);
    const elsewhere = join(parent, 'elsewhere');
    const file = join(elsewhere, 'file');
    mkdirSync(join(elsewhere, 'below'), { recursive: true });
    writeFileSync(file, '');
    chmodSync(file, 0o644);
    for (const folder of [elsewhere, join(elsewhere, 'below')]) chmodSync(folder, 0o755);
    symlinkSync(elsewhere, join(dataDir, 'directory'));
    symlinkSync(file, join(dataDir, 'file'));
    symlinkSync(dataDir, join(dataDir, 'itself'));
    claimDataDirectory(dataDir);
    expect([elsewhere, join(elsewhere, 'below'), file].map(modeOf)).toEqual([0o755, 0o755, 0o644]);
  });

  it('may be named by a link', () => {
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o755);
    symlinkSync(dataDir, join(parent, 'link'));
    claimDataDirectory(join(parent, 'link'));
    expect(modeOf(dataDir)).toBe(0o700);
  });

  it('is made for its owner alone, and looking for mistakes makes nothing', () => {
    expect(dataDirectoryMistakes(join(dataDir, 'deeper'))).toEqual([]);
    expect(statSync(dataDir, { throwIfNoEntry: false })).toBeUndefined();
    claimDataDirectory(dataDir);
    expect(modeOf(dataDir)).toBe(0o700);
    expect(dataDirectoryMistakes(dataDir)).toEqual([]);
  });

  it('is refused where it is a file, or would be in one', () => {
    writeFileSync(dataDir, '');
    expect(dataDirectoryMistakes(dataDir)).toEqual(['DATA_DIR names something that is not a directory.']);
    expect(dataDirectoryMistakes(join(dataDir, 'deeper'))).toEqual(['DATA_DIR cannot be made there.']);
  });

  // Root may write everywhere.
  it.skipIf(process.getuid?.() === 0)('is refused where its owner may not write', () => {
    mkdirSync(dataDir, { mode: 0o500 });
    expect(dataDirectoryMistakes(dataDir)).toEqual([
      'DATA_DIR cannot be written by the user of this process.',
    ]);
  });

  it.skipIf(process.getuid?.() !== 0)('is refused where it belongs to another user', () => {
    mkdirSync(dataDir);
    chownSync(dataDir, 65_534, 65_534);
    expect(dataDirectoryMistakes(dataDir)).toEqual([
      expect.stringMatching(/^DATA_DIR belongs to another user/),
    ]);
  });
});
