import type { Route } from '../routes/route.js';
import { publicPath } from './prefix-mapping.js';

/** Where an upstream's answer comes from, and what of it a client may be sent to. */
export interface AnswerPlace {
  /** Origin of the target that answered. */
  target: string;
  /** The target of the upstream request, query included. */
  path: string;
  /** Origin by which clients know this server. */
  publicOrigin: string;
  route: Pick<Route, 'stripPrefix' | 'addPrefix' | 'redirectOrigins'> & {
    upstream: Pick<Route['upstream'], 'targets'>;
  };
}

/** The public form of an upstream's reference. */
export interface PublicReference {
  text: string;
  /** Whether the reference names a path outside the route; it is then unchanged. */
  isOutside: boolean;
}

/** Fields whose references lead elsewhere than a client may be sent, or to nowhere. */
export class ForeignReference extends Error {}

/**
 * A URI reference of an upstream as a client of this server can follow it: what leads to the upstream itself becomes a path
 * here, with the route's prefixes exchanged back; the public origin stays. The reference is read as browsers read it, so
 * `//elsewhere` and `/\elsewhere` are origins.
 *
 * @throws ForeignReference for another origin, and for a reference that is not a valid URL
 */
export function publicReference(reference: string, place: AnswerPlace): PublicReference {
  const url = urlOf(reference, place);
  const isPublic = url.origin === place.publicOrigin;
  if (!isPublic && !isOfUpstream(url.origin, place)) throw new ForeignReference();
  const mapped = publicPath(url.pathname, place.route);
  const path = mapped ?? url.pathname;
  // Two slashes would make the first segment a host.
  if (path.startsWith('//')) throw new ForeignReference();
  // The host name of an upstream never reaches a client.
  const text = `${isPublic ? url.origin : ''}${path}${url.search}${url.hash}`;
  return { text, isOutside: mapped === undefined };
}

/**
 * `Location` and `Content-Location`: as any reference, and to another origin where the route lists it.
 * @throws ForeignReference
 */
export function publicLocation(reference: string, place: AnswerPlace): PublicReference {
  try {
    return publicReference(reference, place);
  } catch (error) {
    const url = urlOf(reference, place);
    if (!place.route.redirectOrigins.includes(url.origin)) throw error;
    return { text: url.href, isOutside: false };
  }
}

/** @throws ForeignReference for what is no URL of HTTP: `blob:` has the origin of the URL inside it */
function urlOf(reference: string, { target, path }: AnswerPlace): URL {
  const url = URL.parse(asciiOf(reference), target + path);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) throw new ForeignReference();
  return url;
}

/** Header fields are read as Latin-1, one character for a byte. The URL parser would encode each of them as UTF-8 once more. */
function asciiOf(reference: string): string {
  return reference.replace(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

function isOfUpstream(origin: string, { target, route }: AnswerPlace): boolean {
  return [target, ...route.upstream.targets].some((url) => URL.parse(url)?.origin === origin);
}
