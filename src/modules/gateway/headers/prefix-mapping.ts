import type { Route } from '../routes/route.js';

/** How a route changes paths on their way to the upstream. */
export type PrefixMapping = Pick<Route, 'stripPrefix' | 'addPrefix'>;

/**
 * A path of the upstream as clients know it: the reverse of `upstreamPath`. A path that has the public prefix already stays,
 * since an upstream that heeds X-Forwarded-Prefix makes such paths. Where both prefixes match, the longer one decides.
 *
 * @returns undefined for a path that the route does not lead to
 */
export function publicPath(path: string, { stripPrefix, addPrefix }: PrefixMapping): string | undefined {
  const isPublic = stripPrefix !== '' && isWithin(path, stripPrefix);
  if (isPublic && (stripPrefix.length > addPrefix.length || !isWithin(path, addPrefix))) return path;
  return isWithin(path, addPrefix) ? stripPrefix + path.slice(addPrefix.length) || '/' : undefined;
}

/** Whether a path is that of a prefix or below; everything is within the empty one. */
export function isWithin(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
