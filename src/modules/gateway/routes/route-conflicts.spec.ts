import { describe, expect, it } from 'vitest';
import { ownPathsOf } from '../../../../test/support/own-paths.js';
import { aRoute } from '../../../../test/support/routes.js';
import { audienceConflicts } from './audience-conflicts.js';
import { claimsOnOwnPaths } from './reserved-paths.js';
import { conflictsBetween } from './route-conflicts.js';
import { RouteTable } from './route-table.js';
import type { Route } from './route.js';

describe('a conflict', () => {
  it.each<[string, Route[], unknown[]]>([
    [
      'two routes with one id',
      [aRoute('/a', { id: 'x' }), aRoute('/b', { id: 'x' })],
      [['id', 'is the id of another route']],
    ],
    [
      'two routes for everything at a path',
      [aRoute('/a', { id: 'x' }), aRoute('/a', { id: 'y' })],
      [['path', expect.stringMatching(/^is that of route x as well/)]],
    ],
    [
      'a method that two routes serve',
      [aRoute('/a', { id: 'x', methods: ['GET', 'PUT'] }), aRoute('/a', { id: 'y', methods: ['PUT'] })],
      [['path', expect.stringMatching(/^is that of route x as well/)]],
    ],
    [
      'a method beside all methods',
      [aRoute('/a/*', { id: 'x' }), aRoute('/a/*', { id: 'y', methods: ['PUT'] })],
      [['path', expect.stringMatching(/^is that of route x as well/)]],
    ],
    [
      'paths that differ in case',
      [aRoute('/a/**'), aRoute('/A/**')],
      [['path', expect.stringMatching(/^differs from the path of route \/a\/\*\* only in case/)]],
    ],
    [
      'paths that differ in encoding',
      [aRoute('/a!'), aRoute('/a%21')],
      [['path', expect.stringMatching(/^differs from the path of route \/a! only in case/)]],
    ],
    [
      'an id and a path at once',
      [aRoute('/a', { id: 'x' }), aRoute('/a', { id: 'x' })],
      [
        ['id', expect.any(String)],
        ['path', expect.any(String)],
      ],
    ],
  ])('is %s', (_, routes, said) => {
    const others = [aRoute('/before'), ...routes, aRoute('/after')];
    const conflicts = conflictsBetween(others);
    expect(conflicts.map(({ member, detail }) => [member, detail])).toEqual(said);
    expect(new Set(conflicts.map(({ index }) => index))).toEqual(new Set([2]));
  });

  it.each([
    [
      'different methods of a path',
      [aRoute('/a', { id: 'x', methods: ['GET'] }), aRoute('/a', { id: 'y', methods: ['PUT'] })],
    ],
    [
      'methods beside the usual ones',
      [aRoute('/a', { id: 'x' }), aRoute('/a', { id: 'y', methods: ['COPY'] })],
    ],
    ['* beside an encoded star', [aRoute('/a/*'), aRoute('/a/%2A')]],
    ['a path beside what is below it', [aRoute('/a'), aRoute('/a/*'), aRoute('/a/**')]],
  ])('is not %s', (_, routes) => {
    expect(conflictsBetween(routes)).toEqual([]);
  });
});

describe('a table of ten thousand routes', () => {
  const OWN = ownPathsOf('/token', '/admin/clients/:client_id', '/docs/*');

  /** How often the members of routes are looked at until they are a table. */
  function looksAt(routes: readonly Route[]): number {
    let looks = 0;
    const watched = routes.map(
      (route) =>
        new Proxy(route, {
          get(target, member) {
            looks += 1;
            return target[member as keyof Route];
          },
        }),
    );
    conflictsBetween(watched);
    claimsOnOwnPaths(watched, OWN.all());
    audienceConflicts(watched, []);
    expect(new RouteTable(watched, OWN).routes).toHaveLength(routes.length);
    return looks;
  }

  it.each<[string, (at: number) => Route]>([
    ['have nothing in common', (at) => aRoute(`/api/v${at}/*`)],
    ['are methods of one path', (at) => aRoute('/api', { id: `${at}`, methods: [`M${at}`] })],
    ['claim one path, each of them', (at) => aRoute('/api', { id: `${at}` })],
    ['have one id, each of them', (at) => aRoute(`/api/v${at}`, { id: 'x' })],
    ['are different servers for one audience', (at) => aRoute(`/v${at}`, { upstream: serverAt(at) })],
  ])('takes ten times the work of one thousand, where they %s', (_, routeAt) => {
    const routes = Array.from({ length: 10_000 }, (__, at) => routeAt(at));
    const looks = looksAt(routes.slice(0, 1_000));
    expect(looks).toBeGreaterThan(1_000);
    // Not to the last one: the first route has none before it to be told by.
    expect(looksAt(routes)).toBeLessThan(10.1 * looks);
  });

  function serverAt(at: number): Route['upstream'] {
    return { ...aRoute('/').upstream, targets: [`http://server-${at}`] };
  }
});
