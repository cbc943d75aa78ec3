import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What cmd.exe reads in another way than a POSIX shell, or not at all. `exec` is not among it: exec.cmd provides that. */
const POSIX_ONLY = /[$`';|*?~]|(^|&& )[A-Z_]+=|exec -/;

/** The scripts that only run where npm has a POSIX shell. */
function dependentOnShell(scripts: Record<string, string>): string[] {
  return Object.keys(scripts).filter((name) => POSIX_ONLY.test(scripts[name]!));
}

describe('the scripts of package.json', () => {
  const manifest = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(manifest);

  it('run without a POSIX shell', () => {
    expect(dependentOnShell(scripts)).toEqual([]);
  });

  it('have exec where the shell has none: cmd.exe runs the file, which runs the rest of the line', () => {
    expect(readFileSync(join(import.meta.dirname, '../../exec.cmd'), 'utf8')).toBe('@%*\r\n');
  });

  it.each([
    'exec -a grantway node .',
    'PORT=1 node .',
    'a && B=1 b',
    'ls *.ts',
    "echo 'x'",
    'echo $PORT',
    'a; b',
  ])('would be found out with %s', (script) => expect(dependentOnShell({ script })).toEqual(['script']));
});
