import { DEFAULT_ROUTE, DEFAULT_UPSTREAM } from '../../src/modules/gateway/routes/route-defaults.js';
import type { Route } from '../../src/modules/gateway/routes/route.js';

/** A route to nowhere in particular, named for its path. */
export function aRoute(path: string, said: Partial<Route> = {}): Route {
  return {
    ...DEFAULT_ROUTE,
    id: path,
    path,
    audience: 'https://api.example',
    upstream: { ...DEFAULT_UPSTREAM, targets: ['http://upstream.example'] },
    ...said,
  };
}
