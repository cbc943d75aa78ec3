import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { activeRoutesOfEachTest, aFileOf, idsOf } from '../../../../test/support/active-routes.js';
import { ownPathsOf } from '../../../../test/support/own-paths.js';
import { RoutesError } from './file/routes-error.js';

const active = activeRoutesOfEachTest();

describe('the table in force', () => {
  it('keeps the audiences of our own roles for their upstreams, by the configuration', () => {
    const own = { apiUrl: 'http://api', identityUrl: 'http://people' };
    const load = (entry: string) => {
      const routesFile = active().folder.write(`routes: [{ id: a, path: /a, ${entry} }]`);
      active()
        .of({ routesFile, ...own })
        .load(ownPathsOf());
    };
    expect(() => load('upstream: http://orders')).toThrow('/routes/0/audience: is AUDIENCE');
    expect(() => load('upstream: http://orders, audience: https://gateway.example/identity')).toThrow(
      '/routes/0/audience: is reserved for the auth server',
    );
    load('upstream: http://api');
    load('upstream: http://people, audience: https://gateway.example/identity');
  });

  it('is that of the file', () => {
    const routes = active().loaded(aFileOf('a', 'b'));
    expect(idsOf(routes)).toEqual(['a', 'b']);
    expect(routes.isFromFile).toBe(true);
  });

  it('is that of the configuration without one', () => {
    const routes = active().of({ apiUrl: 'http://api', identityUrl: 'http://people' });
    routes.load(ownPathsOf());
    expect(idsOf(routes)).toEqual(['api', 'password', 'users']);
    expect(routes.isFromFile).toBe(false);
  });

  it('is not there before it is loaded', () => {
    expect(() => active().of().current).toThrow('not loaded');
    expect(() => active().of().since).toThrow('not loaded');
  });

  it('is not taken up with a mistake, nor are changes looked out for then', () => {
    const before = process.listenerCount('SIGHUP');
    active().folder.write(aFileOf('a', 'a'));
    expect(() => active().of().load(ownPathsOf())).toThrow(RoutesError);
    rmSync(active().folder.file);
    expect(() => active().of().load(ownPathsOf())).toThrow(/ENOENT/);
    expect(process.listenerCount('SIGHUP')).toBe(before);
  });

  it('names no path of this process, whether it comes from a file or not', () => {
    active().folder.write(aFileOf('docs'));
    expect(() => active().of().load(ownPathsOf('/docs'))).toThrow(RoutesError);
    const routes = active().of({ apiUrl: 'http://api' });
    routes.load(ownPathsOf('/api/resources'));
    expect(routes.current.explain('GET', '/api/resources').refused).toMatchObject({ status: undefined });
  });
});
