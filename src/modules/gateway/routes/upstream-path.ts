import type { Route } from './route.js';

/**
 * The path that the upstream receives; canonical, as the one it is made of.
 * @param path canonical, and of this route
 */
export function upstreamPath(
  { stripPrefix, addPrefix }: Pick<Route, 'stripPrefix' | 'addPrefix'>,
  path: string,
): string {
  return `${addPrefix}${path.slice(stripPrefix.length)}` || '/';
}
