import { describe, expect, it } from 'vitest';
import { aRoute } from '../../../../test/support/routes.js';
import { DEFAULT_UPSTREAM } from './route-defaults.js';
import type { Route } from './route.js';
import { sharedAudiences } from './shared-audiences.js';

function routeTo(id: string, targets: string[], changes: Partial<Route> = {}): Route {
  return aRoute(`/${id}`, { id, upstream: { ...DEFAULT_UPSTREAM, targets }, ...changes });
}

const idsOf = (routes: Route[]) => sharedAudiences(routes).map((sharing) => sharing.map(({ id }) => id));

describe('routes that share an audience', () => {
  it('are told of when their upstreams are different, once for each upstream', () => {
    const routes = [
      routeTo('a', ['http://one']),
      routeTo('b', ['http://two']),
      routeTo('c', ['http://two']),
      routeTo('d', ['http://three'], { audience: 'another' }),
    ];
    expect(idsOf(routes)).toEqual([['a', 'b']]);
  });

  it('are as they should be when they lead to the same servers', () => {
    const routes = [routeTo('a', ['http://one', 'http://two']), routeTo('b', ['http://two', 'http://one'])];
    expect(idsOf(routes)).toEqual([]);
  });

  it('do not matter where no assertion is sent', () => {
    for (const identity of ['none', 'kong'] as const) {
      expect(idsOf([routeTo('a', ['http://one']), routeTo('b', ['http://two'], { identity })])).toEqual([]);
    }
  });
});
