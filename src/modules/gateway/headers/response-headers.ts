import type { Route } from '../routes/route.js';
import { mergedVary } from '../../../platform/http/vary.js';
import { cacheControl } from './cache-control.js';
import { type RawHeaders, anyOf, canonicalName, fieldsOf } from './field-name.js';
import { removedBy, ruledFields } from './header-rules.js';
import type { TemplateValues } from './header-template.js';
import { hopByHop } from './hop-by-hop.js';
import type { AnswerPlace } from './public-location.js';
import { hasReferences, publicValue } from './public-references.js';
import { isOrder, isOurs, isRevealing, overridesCacheControl } from './response-names.js';
import { isForwarding, isIdentity } from './untrusted-names.js';

/** An answer of an upstream, and what this server adds to it. */
export interface AnswerFacts extends AnswerPlace, TemplateValues {
  route: AnswerPlace['route'] & Pick<Route, 'keepHeaders' | 'responseHeaders'>;
  status: number;
  /** Whether a token was asked for: then no shared cache may keep the answer. */
  isAuthenticated: boolean;
  /** Limits, CORS and the like. They replace the upstream's fields of the same name; `Vary` is added to. */
  extraHeaders: Readonly<Record<string, string>>;
}

export interface ClientHeader {
  headers: string[];
  /** Names of fields that were dropped because they redirect to another origin. */
  withheld: string[];
  /** Names of fields that refer to paths outside the route and passed unchanged. */
  outside: string[];
  /** Canonical names of fields that no client is sent, unless the route keeps them. */
  dropped: string[];
}

/**
 * Challenges for which a browser asks its user for a password in this server's name, or gives away the one of the
 * machine. RFC 7617, RFC 7616, RFC 4559. Every comma may begin a challenge, within quotes too: parsers differ there.
 */
const ASKS_FOR_PASSWORD = /(?:^|,)\s*(?:basic|digest|negotiate|ntlm)(?=[\s,]|$)/i;

/** The header for the client. Fields that may come several times, such as Set-Cookie, stay several. */
export function responseHeaders(rawHeaders: RawHeaders, facts: AnswerFacts): ClientHeader {
  const endsHere = hopByHop(rawHeaders);
  const { Vary, ...extra } = facts.extraHeaders;
  const replaced = new Set(Object.keys(extra).map(canonicalName));
  const headers: string[] = [];
  const withheld: string[] = [];
  const outside: string[] = [];
  const dropped: string[] = [];
  const isKept = anyOf(...facts.route.keepHeaders.map(canonicalName));
  const isRuled = removedBy(facts.route.responseHeaders);
  const cacheControls: string[] = [];
  const varies: string[] = [];
  for (const [name, value] of fieldsOf(rawHeaders)) {
    const canonical = canonicalName(name);
    if (isLength(name) && mayHaveLength(facts.status)) headers.push(name, value);
    if (endsHere(canonical) || isRuled(canonical) || replaced.has(canonical)) continue;
    if (isWithheld(canonical) && !isKept(canonical)) {
      dropped.push(canonical);
      continue;
    }
    if (canonical === 'www-authenticate' && ASKS_FOR_PASSWORD.test(value)) continue;
    if (facts.isAuthenticated && overridesCacheControl(canonical)) continue;
    if (facts.isAuthenticated && canonical === 'cache-control') {
      cacheControls.push(value);
    } else if (canonical === 'vary' && Vary !== undefined) {
      varies.push(value);
    } else if (hasReferences(canonical)) {
      const reference = publicValue(canonical, value, facts);
      if (reference === undefined) withheld.push(canonical);
      else headers.push(name, reference.text);
      if (reference?.isOutside) outside.push(canonical);
    } else {
      headers.push(name, value);
    }
  }
  if (facts.isAuthenticated && !replaced.has('cache-control')) {
    headers.push('Cache-Control', cacheControl(cacheControls));
  }
  headers.push(...ruledFields(facts.route.responseHeaders, facts));
  if (Vary !== undefined) headers.push('Vary', mergedVary([...varies, Vary]));
  headers.push('X-Request-Id', facts.requestId, ...Object.entries(extra).flat());
  return { headers, withheld, outside, dropped };
}

function isWithheld(name: string): boolean {
  return [isIdentity, isForwarding, isRevealing, isOurs, isOrder].some((test) => test(name));
}

/** Framing is hop by hop, but how long the content is does not change on the way. */
function isLength(name: string): boolean {
  return name.toLowerCase() === 'content-length';
}

/** RFC 9110 §8.6. */
function mayHaveLength(status: number): boolean {
  return status >= 200 && status !== 204;
}
