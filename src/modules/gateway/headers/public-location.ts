/** Where an upstream's answer comes from, and what of it a client may be sent to. */
export interface AnswerPlace {
  /** Origin of the target that answered. */
  target: string;
  /** The target of the upstream request, query included. */
  path: string;
  /** Origin by which clients know this server. */
  publicOrigin: string;
  route: {
    upstream: { targets: readonly string[] };
    stripPrefix: string;
    addPrefix: string;
    redirectOrigins: readonly string[];
  };
}

/**
 * A URI reference of an upstream (`Location`, `Content-Location`) as a client of this server can follow it: what leads
 * to the upstream itself becomes a path here, with the route's prefixes exchanged back; another origin stays only
 * where the route lists it. The reference is read as browsers read it, so `//elsewhere` and `/\elsewhere` are origins.
 *
 * @returns undefined when the reference must not leave: it names another origin, or what the route does not reach
 */
export function publicLocation(reference: string, place: AnswerPlace): string | undefined {
  const base = place.target + place.path;
  if (!URL.canParse(reference, base)) return undefined;
  const url = new URL(reference, base);
  if (isOwn(url.origin, place)) return pathHere(url, place);
  return place.route.redirectOrigins.includes(url.origin) ? url.href : undefined;
}

/** An upstream that heeds X-Forwarded-Host names this server itself. */
function isOwn(origin: string, { target, publicOrigin, route }: AnswerPlace): boolean {
  const own = [target, ...route.upstream.targets, publicOrigin];
  return own.some((url) => URL.canParse(url) && new URL(url).origin === origin);
}

function pathHere(url: URL, { route }: AnswerPlace): string | undefined {
  const { stripPrefix, addPrefix } = route;
  if (!url.pathname.startsWith(addPrefix)) return undefined;
  const rest = url.pathname.slice(addPrefix.length);
  if (rest !== '' && !rest.startsWith('/')) return undefined;
  const path = stripPrefix + rest || '/';
  // Two slashes would make the first segment a host.
  return path.startsWith('//') ? undefined : path + url.search + url.hash;
}
