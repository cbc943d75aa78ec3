import type { Route } from './route.js';

/**
 * Routes whose upstreams are different servers and accept the same assertions: what one of them is sent, it can use at
 * another until it ends.
 * @returns groups of such routes, each with the first route of every upstream
 */
export function sharedAudiences(routes: readonly Route[]): Route[][] {
  const asserted = routes.filter(({ identity }) => identity === 'assertion');
  return [...Map.groupBy(asserted, ({ audience }) => audience).values()]
    .map((sharing) => [...Map.groupBy(sharing, serversOf).values()].map(([first]) => first!))
    .filter((firsts) => firsts.length > 1);
}

function serversOf({ upstream }: Route): string {
  return upstream.targets.toSorted().join(' ');
}
