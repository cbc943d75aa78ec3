import { describe, expect, it } from 'vitest';
import { aRoute } from '../../../../test/support/routes.js';
import { audienceConflicts, reservedAudiences } from './audience-conflicts.js';
import { DEFAULT_UPSTREAM } from './route-defaults.js';
import type { Route } from './route.js';

const RESERVED = reservedAudiences({
  apiUrl: 'http://api',
  audience: 'https://api.example',
  identityUrl: 'http://identity',
  identityAudience: 'https://gateway.example/identity',
});

function routeTo(id: string, targets: string[], changes: Partial<Route> = {}): Route {
  const upstream = { ...DEFAULT_UPSTREAM, targets };
  return aRoute(`/${id}`, { id, audience: 'https://orders.example', upstream, ...changes });
}

const conflicting = (routes: Route[]) =>
  audienceConflicts(routes, RESERVED).map(({ index }) => routes[index]!.id);

describe('two upstreams with one audience', () => {
  it('are a conflict at every route of the second, which names the first', () => {
    const routes = [
      routeTo('a', ['http://one']),
      routeTo('b', ['http://two']),
      routeTo('c', ['http://two']),
      routeTo('d', ['http://three'], { audience: 'https://another.example' }),
    ];
    expect(conflicting(routes)).toEqual(['b', 'c']);
    expect(audienceConflicts(routes, RESERVED)[0]!.detail).toMatch(/audience of route a .*Set an audience/);
  });

  it('are no conflict where one receives no assertion', () => {
    for (const identity of ['none', 'kong'] as const) {
      expect(conflicting([routeTo('a', ['http://one']), routeTo('b', ['http://two'], { identity })])).toEqual(
        [],
      );
    }
  });

  it('are one upstream if their routes share a target, in any order and through a third route', () => {
    const ends = [routeTo('a', ['http://one']), routeTo('b', ['http://three'])];
    expect(conflicting(ends)).toEqual(['b']);
    expect(
      conflicting([
        ...ends,
        routeTo('c', ['http://two', 'http://one']),
        routeTo('d', ['http://two', 'http://three']),
      ]),
    ).toEqual([]);
  });
});

describe('an audience of our own roles', () => {
  const IDENTITY = { audience: 'https://gateway.example/identity' };
  const API = { audience: 'https://api.example' };

  it('is for that role alone, whatever other targets the route has', () => {
    expect(
      conflicting([
        routeTo('identity', ['http://identity'], IDENTITY),
        routeTo('elsewhere', ['http://other'], IDENTITY),
        routeTo('both', ['http://identity', 'http://other'], IDENTITY),
        routeTo('api', ['http://api'], API),
        routeTo('not-the-api', ['http://other'], API),
        routeTo('swapped', ['http://identity'], API),
      ]),
    ).toEqual(['elsewhere', 'both', 'not-the-api', 'swapped']);
  });

  it('is for no upstream where this process is the auth server itself', () => {
    const reserved = reservedAudiences({
      ...API,
      apiUrl: undefined,
      identityUrl: undefined,
      identityAudience: 'x',
    });
    const routes = [routeTo('a', ['http://one'], { audience: 'x' }), routeTo('b', ['http://two'], API)];
    expect(audienceConflicts(routes, reserved).map(({ index }) => index)).toEqual([0]);
  });
});
