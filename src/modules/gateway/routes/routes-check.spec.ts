import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config/config.js';
import { ISSUER, RoutesFolder, aFileWith } from '../../../../test/support/routes-folder.js';
import { routesFileMistakes } from './routes-check.js';

describe('the routes file, before the process has paths of its own', () => {
  let folder: RoutesFolder;

  beforeEach(() => {
    folder = new RoutesFolder();
  });

  afterEach(() => folder.remove());

  function mistakes(text: string): string[] {
    const file = folder.write(text);
    return routesFileMistakes({ ...loadConfig({}).gateway, routesFile: file }, ISSUER);
  }

  it('has its mistakes in the list of all, each with its line', () => {
    expect(mistakes(aFileWith('public: true'))).toEqual([]);
    expect(mistakes(aFileWith('scopes: { GET: [a] }'))).toEqual([
      expect.stringMatching(/^ROUTES_FILE, line 2, column \d+, \/routes\/0\/scopes: must name every method/),
    ]);
  });

  it.skipIf(process.platform === 'win32')('is refused where every user may change it', () => {
    const file = folder.write(aFileWith('public: true'));
    chmodSync(file, 0o646);
    expect(routesFileMistakes({ ...loadConfig({}).gateway, routesFile: file }, ISSUER)).toEqual([
      'ROUTES_FILE names a file that every user may change: chmod o-w it.',
    ]);
  });
});
