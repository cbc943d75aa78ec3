import { foldedKeyOf, parsePathPattern } from './path-pattern.js';
import { methodsOverlap } from './route-methods.js';
import type { Route } from './route.js';

/** What keeps a route from standing beside the others. */
export interface RouteConflict {
  /** Position of the later route. */
  index: number;
  member: 'id' | 'path';
  detail: string;
}

/** Routes that say two things about one request: no order in a file shall decide between them. */
export function conflictsBetween(routes: readonly Route[]): RouteConflict[] {
  const keys = routes.map(({ path }) => foldedKeyOf(parsePathPattern(path)));
  return routes.flatMap((route, index) => {
    const conflicts: RouteConflict[] = [];
    const before = routes.slice(0, index);
    if (before.some(({ id }) => id === route.id)) {
      conflicts.push({ index, member: 'id', detail: 'is the id of another route' });
    }
    const rivals = before.filter((_, at) => keys[at] === keys[index]);
    const respelt = rivals.find(({ path }) => path !== route.path);
    const rival = rivals.find((one) => one.path === route.path && methodsOverlap(one, route));
    if (respelt !== undefined) {
      const detail = `differs from the path of route ${respelt.id} only in case or encoding`;
      conflicts.push({ index, member: 'path', detail });
    }
    if (rival !== undefined) {
      const detail = `is that of route ${rival.id} as well, and a method would belong to both`;
      conflicts.push({ index, member: 'path', detail });
    }
    return conflicts;
  });
}
