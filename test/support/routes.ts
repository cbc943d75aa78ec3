import { DEFAULT_ROUTE, DEFAULT_UPSTREAM } from '../../src/modules/gateway/routes/route-defaults.js';
import { RouteTable } from '../../src/modules/gateway/routes/route-table.js';
import type { Route } from '../../src/modules/gateway/routes/route.js';
import { ProblemError } from '../../src/protocol/problem.js';

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

/** A table of routes that are named for their paths. */
export function aTableOf(...paths: string[]): RouteTable {
  return new RouteTable(paths.map((path) => aRoute(path)));
}

/** The id of the route that a request takes, or the status that it is refused with. */
export function foundIn(table: RouteTable, path: string, method = 'GET'): string | number {
  try {
    return table.find(method, path).id;
  } catch (error) {
    if (error instanceof ProblemError) return error.status;
    throw error;
  }
}
