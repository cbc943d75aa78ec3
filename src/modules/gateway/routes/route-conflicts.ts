import { foldedKeyOf, parsePathPattern } from './path-pattern.js';
import { methodsOf } from './route-methods.js';
import type { Route } from './route.js';

/** What keeps a route from standing beside the others. */
export interface RouteConflict {
  /** Position of the later route. */
  index: number;
  member: 'id' | 'path';
  detail: string;
}

/**
 * Routes that say two things about one request: no order in a file shall decide between them. A table may have thousands,
 * so each is held against the first that had the same to say, not against every other.
 */
export function conflictsBetween(routes: readonly Route[]): RouteConflict[] {
  return [...idsTwice(routes), ...pathsRespelt(routes), ...methodsTwice(routes)];
}

function idsTwice(routes: readonly Route[]): RouteConflict[] {
  const first = new Map<string, Route>();
  return routes.flatMap((route, index) => {
    if (firstOf(first, route.id, route) === route) return [];
    return [{ index, member: 'id', detail: 'is the id of another route' }];
  });
}

function pathsRespelt(routes: readonly Route[]): RouteConflict[] {
  const first = new Map<string, Route>();
  return routes.flatMap((route, index) => {
    const { path } = route;
    const { id, path: spelling } = firstOf(first, foldedKeyOf(parsePathPattern(path)), route);
    if (spelling === path) return [];
    const detail = `differs from the path of route ${id} only in case or encoding`;
    return [{ index, member: 'path', detail }];
  });
}

function methodsTwice(routes: readonly Route[]): RouteConflict[] {
  const first = new Map<string, Route>();
  return routes.flatMap((route, index) => {
    const { path } = route;
    const rival = methodsOf(route)
      .map((method) => firstOf(first, `${method} ${path}`, route))
      .find((other) => other !== route);
    if (rival === undefined) return [];
    const detail = `is that of route ${rival.id} as well, and a method would belong to both`;
    return [{ index, member: 'path', detail }];
  });
}

/** The route that came first with this key; this one, if none has yet. */
function firstOf(first: Map<string, Route>, key: string, route: Route): Route {
  const known = first.get(key) ?? route;
  first.set(key, known);
  return known;
}
