import { OwnPath } from '../../../platform/http/own-paths.js';
import { foldedPath } from '../paths/folded-path.js';
import { isAnyOne, parsePathPattern } from './path-pattern.js';
import type { Route } from './route.js';

/** A route that claims a path of this process. */
export interface OwnPathClaim {
  index: number;
  detail: string;
}

/**
 * Routes that name a path of this process. What this process serves goes before the table, so such a route would look as
 * if it led elsewhere and never be asked. A route names its pattern without `/**`: `/docs/**` claims `/docs`, while
 * `/**` names nothing, and `/admin/**` is free to be everything under `/admin` that is not served here. Methods make no
 * difference: a path is this server's as a whole, and neither do case and encoding.
 */
export function claimsOnOwnPaths(routes: readonly Route[], ownPaths: readonly OwnPath[]): OwnPathClaim[] {
  const folded = ownPaths.map(({ pattern }) => new OwnPath(foldedPath(pattern)));
  return routes.flatMap(({ path }, index) => {
    if (!namesOneOf(folded, path)) return [];
    return [
      { index, detail: 'names a path that this server answers itself, so the route would never be used' },
    ];
  });
}

function namesOneOf(ownPaths: readonly OwnPath[], path: string): boolean {
  const { segments, below } = parsePathPattern(path);
  if (segments.length === 0) return !below && ownPaths.some((own) => own.includes(['']));
  const named = segments.map((segment) => (isAnyOne(segment) ? segment : foldedPath(segment)));
  return ownPaths.some((own) => own.includes(named) || (below && own.includesAllBelow(named)));
}
