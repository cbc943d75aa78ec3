import type { AnswerPlace, PublicReference } from './public-location.js';
import { type PrefixMapping, isWithin, publicPath } from './prefix-mapping.js';

const PATH_ATTRIBUTE = /(;[ \t]*path[ \t]*=[ \t]*)([^;]*)/gi;

/** Browsers accept a cookie with this name only with `Path=/`. RFC 6265bis §4.1.3.2. */
const HOST_PREFIX = /^\s*__host-/i;

/**
 * `Set-Cookie`: its `Path`, without which a browser would not send the cookie back. Without `Path` the browser takes that of
 * the request, which is a public one already.
 */
export function publicCookie(value: string, { route }: AnswerPlace): PublicReference {
  if (HOST_PREFIX.test(value)) return { text: value, isOutside: false };
  let isOutside = false;
  const text = value.replaceAll(PATH_ATTRIBUTE, (_, attribute: string, said: string) => {
    const path = said.trim();
    // Browsers ignore a value that is not a path.
    const mapped = path.startsWith('/') ? publicCookiePath(path, route) : path;
    isOutside ||= mapped === undefined;
    return attribute + (mapped ?? path);
  });
  return { text, isOutside };
}

/** A cookie for more than the route leads to is one for all that it leads to. */
function publicCookiePath(path: string, mapping: PrefixMapping): string | undefined {
  const { stripPrefix, addPrefix } = mapping;
  const isAbove = isWithin(addPrefix, path === '/' ? '' : path);
  if (isAbove || path === `${addPrefix}/`) return stripPrefix || '/';
  return publicPath(path, mapping);
}
