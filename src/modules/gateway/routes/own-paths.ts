import { foldedPath } from '../paths/folded-path.js';
import { type PathPattern, isAnyOne, parsePathPattern, segmentsOf } from './path-pattern.js';
import type { Route } from './route.js';

/** A path that this process serves itself, as its router writes it: `/admin/clients/:client_id`, `/docs/*`. */
export interface OwnPath {
  path: string;
}

/** A route that claims one. */
export interface OwnPathClaim {
  index: number;
  detail: string;
}

/** Whether this process answers a canonical path itself: such a request never reaches the gateway, whatever its method. */
export function isOwnPath(path: string, ownPaths: readonly OwnPath[]): boolean {
  const segments = path === '/' ? [] : path.split('/').slice(1);
  return ownPaths.some((own) => covers(own, segments, (text) => text));
}

/**
 * Routes that name a path of this process. What this process serves goes before the table, so such a route would look as
 * if it led elsewhere and never be asked. A route names its pattern without `/**`: `/docs/**` claims `/docs`, while
 * `/**` names nothing, and `/admin/**` is free to be everything under `/admin` that is not served here. Methods make no
 * difference: a path is this server's as a whole, and neither do case and encoding.
 */
export function claimsOnOwnPaths(routes: readonly Route[], ownPaths: readonly OwnPath[]): OwnPathClaim[] {
  return routes.flatMap(({ path }, index) => {
    const named = namedBy(parsePathPattern(path));
    if (named === undefined || !ownPaths.some((own) => covers(own, named, foldedPath))) return [];
    return [
      { index, detail: 'names a path that this server answers itself, so the route would never be used' },
    ];
  });
}

function namedBy({ segments, below }: PathPattern): string[] | undefined {
  if (below && segments.length === 0) return undefined;
  return segments.map((segment) => (isAnyOne(segment) ? segment : foldedPath(segment)));
}

/** Whether everything that the segments may stand for is among the own path. `*` in them is any one segment. */
function covers(own: OwnPath, segments: readonly string[], form: (text: string) => string): boolean {
  const parts = own.path.startsWith('/') ? segmentsOf(own.path) : ['*'];
  const isBelow = parts.at(-1) === '*';
  const head = isBelow ? parts.slice(0, -1) : parts;
  // The router's catch-all, such as for preflight requests, is no path that this process answers.
  if (isBelow && head.length === 0) return false;
  if (isBelow ? segments.length < head.length : segments.length !== head.length) return false;
  return head.every((part, at) => part.startsWith(':') || form(part) === segments[at]);
}
