import type { OwnPath } from '../../../platform/http/own-paths.js';
import { foldedPath } from '../paths/folded-path.js';
import { isAnyOne, parsePathPattern } from './path-pattern.js';
import type { RouteConflict } from './route-conflicts.js';
import type { Route } from './route.js';

/** A conflict about the forms of paths that a route permits. */
export type ClaimedReading = Omit<RouteConflict, 'member'> & { member: 'paths' };

/**
 * Routes that permit unusual forms, while another route, or a path of this process, is below theirs: an upstream may
 * read such a path as one of the other route. A table may have thousands of routes, so each is noted once under every
 * prefix of its literals.
 * @param ownPaths what this process serves itself
 */
export function claimedReadings(routes: readonly Route[], ownPaths: readonly OwnPath[]): ClaimedReading[] {
  const below = new Map<string, Route[]>();
  for (const route of routes) {
    for (const prefix of literalPrefixesOf(foldedSegmentsOf(route.path))) noteUnder(below, prefix, route);
  }
  const own = ownPaths.map(({ pattern }) => foldedPath(pattern).split('/').slice(1));
  return routes.flatMap((route, index) => {
    if (route.paths.length === 0) return [];
    const segments = foldedSegmentsOf(route.path);
    const detail =
      objectionOf(route, below.get(keyOf(segments)) ?? []) ??
      (own.some((path) => isBelow(path, segments)) ? OWN_PATHS : undefined);
    return detail === undefined ? [] : [{ index, member: 'paths', detail }];
  });
}

const OWN_PATHS = 'is only for a route without paths below it that this server answers itself';

function objectionOf(route: Route, others: readonly Route[]): string | undefined {
  const rival = others.find(({ path }) => path !== route.path);
  if (rival !== undefined) return `is only for a route without others below it, and route ${rival.id} is one`;
  const other = others.find(({ upstream }) => serversOf(upstream) !== serversOf(route.upstream));
  return other && `is only for a route with one upstream, and route ${other.id} of the same path has another`;
}

function serversOf({ targets }: Route['upstream']): string {
  return targets.toSorted().join(' ');
}

/** The first of every path, upstream and prefix is enough to say that there is one. */
function noteUnder(below: Map<string, Route[]>, prefix: string, route: Route): void {
  const noted = below.get(prefix) ?? [];
  const isNews = noted.length < 3 && !noted.some((other) => isTheSameToAll(other, route));
  if (isNews) below.set(prefix, [...noted, route]);
}

function isTheSameToAll(one: Route, other: Route): boolean {
  return one.path === other.path && serversOf(one.upstream) === serversOf(other.upstream);
}

function foldedSegmentsOf(path: string): string[] {
  return parsePathPattern(path).segments.map((segment) =>
    isAnyOne(segment) ? segment : foldedPath(segment),
  );
}

function literalPrefixesOf(segments: readonly string[]): string[] {
  const end = segments.findIndex(isAnyOne);
  const literals = end === -1 ? segments : segments.slice(0, end);
  return [...literals.keys(), literals.length].map((length) => keyOf(literals.slice(0, length)));
}

function keyOf(segments: readonly string[]): string {
  return segments.map((segment) => `/${segment}`).join('');
}

function isBelow(own: readonly string[], segments: readonly string[]): boolean {
  return (
    own.length > segments.length &&
    segments.every((segment, at) => own[at]!.startsWith(':') || own[at] === segment)
  );
}
