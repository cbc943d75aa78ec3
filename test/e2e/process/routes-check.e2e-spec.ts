import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RoutesFolder } from '../../support/routes-folder.js';

let folder: RoutesFolder;

beforeEach(() => {
  folder = new RoutesFolder();
});
afterEach(() => folder.remove());

/** As `npm run routes:check` runs it once it is built. */
function check(text: string, environment: Record<string, string> = {}) {
  const parameters = ['--enable-source-maps', 'dist/routes-check.main.js', folder.write(text)];
  return spawnSync(process.execPath, parameters, { env: environment, encoding: 'utf8' });
}

describe('the command that checks a routes file', () => {
  it('exits with 0 and one line about a file that a gateway would take', () => {
    const { status, stdout, stderr } = check('routes: [{ id: a, path: /a, upstream: "${A_URL}" }]', {
      A_URL: 'http://a.internal',
    });
    expect([status, stdout, stderr]).toEqual([0, 'The routes file is usable.\n', '']);
  });

  it('exits with 1 and every mistake on standard error', () => {
    const { status, stdout, stderr } = check('routes:\n- id: a\n  path: /a\n  upstream: ${A_URL}\n');
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      'The routes file is not usable:\n' +
        '  - line 4, column 13: names the environment variable A_URL, which is not set\n',
    );
  });
});
