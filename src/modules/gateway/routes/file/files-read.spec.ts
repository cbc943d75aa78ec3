import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FilesRead } from './files-read.js';

describe('a file that a route names', () => {
  let folder: string;
  let files: FilesRead;
  const at = (...names: string[]): string => join(folder, ...names);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'grantway-files-'));
    mkdirSync(at('data'));
    for (const name of ['value', 'data-of-others', 'internal-secret', join('data', 'encryption.key')]) {
      writeFileSync(at(name), name, { mode: 0o600 });
    }
    files = new FilesRead([at('data'), at('internal-secret'), at('absent')]);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(['value', 'data-of-others'])('is read: %s', (name) => {
    expect(files.named(at(name))).toEqual({ text: name });
  });

  it.each(['internal-secret', join('data', 'encryption.key'), join('data', '..', 'data', 'encryption.key')])(
    'is refused with a secret of this server in it: %s',
    (name) =>
      expect(files.named(`${folder}/${name}`)).toEqual({
        detail: expect.stringContaining('secret of this server'),
      }),
  );

  it('is refused behind a link to such a file', () => {
    symlinkSync(at('data', 'encryption.key'), at('link'));
    symlinkSync(at('data'), at('directory'));
    for (const name of ['link', join('directory', 'encryption.key')]) {
      expect(files.named(at(name))).toEqual({ detail: expect.stringContaining('secret of this server') });
    }
  });

  it.skipIf(process.platform === 'win32')('is refused if every user may change it', () => {
    chmodSync(at('value'), 0o666);
    expect(files.named(at('value'))).toEqual({ detail: expect.stringContaining('every user may change') });
  });

  it('is refused if it cannot be read', () => {
    expect(files.named(at('nothing'))).toEqual({ detail: 'names a file that cannot be read' });
  });
});
