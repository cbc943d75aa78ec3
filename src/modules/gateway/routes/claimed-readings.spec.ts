import { describe, expect, it } from 'vitest';
import { aRoute } from '../../../../test/support/routes.js';
import { OwnPath } from '../../../platform/http/own-paths.js';
import { DEFAULT_UPSTREAM } from './route-defaults.js';
import { claimedReadings } from './claimed-readings.js';
import type { Route } from './route.js';

const OPEN: Partial<Route> = { paths: ['semicolon'] };

function objections(routes: Route[], ...own: string[]): string[] {
  return claimedReadings(
    routes,
    own.map((pattern) => new OwnPath(pattern)),
  ).map(({ index, detail }) => `${index} ${detail}`);
}

describe('a route that permits unusual paths', () => {
  it.each(['/x/admin/**', '/x', '/x/*', '/x/y', '/X/admin', '/x/*/y'])(
    'has no other below it: %s',
    (path) => {
      const expected = [`0 is only for a route without others below it, and route ${path} is one`];
      expect(objections([aRoute('/x/**', OPEN), aRoute(path)])).toEqual(expected);
      expect(objections([aRoute('/a'), aRoute(path), aRoute('/x/**', OPEN)])).toEqual([
        expected[0]!.replace('0', '2'),
      ]);
    },
  );

  it.each(['/**', '/*/y', '/*/**', '/xy/**', '/y', '/'])('may stand beside %s', (path) => {
    expect(objections([aRoute('/x/**', OPEN), aRoute(path)])).toEqual([]);
  });

  it('shares its path with routes of the same upstream alone', () => {
    const elsewhere = { ...DEFAULT_UPSTREAM, targets: ['http://other.example'] };
    const post = aRoute('/x/**', { id: 'post', methods: ['POST'] });
    const get = aRoute('/x/**', { ...OPEN, methods: ['GET'] });
    expect(objections([get, post])).toEqual([]);
    expect(objections([get, { ...post, upstream: elsewhere }])).toEqual([
      '0 is only for a route with one upstream, and route post of the same path has another',
    ]);
  });

  it('has no path below it that this server answers itself', () => {
    const detail = '0 is only for a route without paths below it that this server answers itself';
    expect(objections([aRoute('/admin/**', OPEN)], '/admin/clients')).toEqual([detail]);
    expect(objections([aRoute('/**', OPEN)], '/token')).toEqual([detail]);
    expect(objections([aRoute('/things/**', OPEN)], '/:any', '/thing/:id')).toEqual([]);
    expect(objections([aRoute('/admin/**')], '/admin/clients')).toEqual([]);
  });

  it('is looked for in a table of thousands at once', () => {
    const routes = Array.from({ length: 10_000 }, (_, nth) => aRoute(`/x/${nth}/**`, OPEN));
    const began = performance.now();
    expect(objections(routes)).toEqual([]);
    expect(objections([...routes, aRoute('/x/**', OPEN)])).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
