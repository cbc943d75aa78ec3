import { mergedVary } from '../../../platform/http/vary.js';
import { cacheControl } from './cache-control.js';
import { type RawHeaders, anyOf, canonicalName, fieldsOf } from './field-name.js';
import { hopByHop } from './hop-by-hop.js';
import type { AnswerPlace } from './public-location.js';
import { hasReferences, publicValue } from './public-references.js';
import { isForwarding, isIdentity } from './untrusted-names.js';

/** An answer of an upstream, and what this server adds to it. */
export interface AnswerFacts extends AnswerPlace {
  status: number;
  requestId: string;
  /** Whether a token was asked for: then no shared cache may keep the answer. */
  isAuthenticated: boolean;
  /** Limits, CORS and the like. They replace the upstream's fields of the same name; `Vary` is added to. */
  extraHeaders: Readonly<Record<string, string>>;
}

export interface ClientHeader {
  headers: string[];
  /** Names of fields that would have led a client elsewhere, and were left out. */
  withheld: string[];
  /** Names of fields that refer to what the route does not lead to, and passed unchanged. */
  outside: string[];
}

/** What tells of the inside, and helps only those who look for a way in. */
const isRevealing = anyOf(
  'server',
  'via',
  'x-powered-by',
  'x-aspnet-version',
  'x-aspnetmvc-version',
  'x-runtime',
  'x-generator',
  'x-served-by',
  'x-backend*',
  'x-upstream*',
  'sourcemap',
  'x-sourcemap',
);

/**
 * What is this server's to say: who may read across origins, what holds for the whole origin, which is that of other
 * upstreams too (its storage, its service workers, its reports), and where the client is said to find a resource otherwise.
 */
const isOurs = anyOf(
  'access-control-*',
  'strict-transport-security',
  'alt-svc',
  'clear-site-data',
  'service-worker-allowed',
  'report-to',
  'reporting-endpoints',
  'nel',
  'uri',
);

/** Orders to a proxy in front of this server, to send another file or page. */
const isOrder = anyOf('x-accel-*', 'x-sendfile*', 'x-reproxy-*', 'x-lighttpd-*');

/** What caches between here and the client obey before Cache-Control. RFC 9213. */
const overridesCacheControl = anyOf(
  'cdn-cache-control',
  'cloudflare-cdn-cache-control',
  'vercel-cdn-cache-control',
  'netlify-cdn-cache-control',
  'akamai-cache-control',
  'edge-control',
  'surrogate-control',
);

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
  const cacheControls: string[] = [];
  const varies: string[] = [];
  for (const [name, value] of fieldsOf(rawHeaders)) {
    const canonical = canonicalName(name);
    if (isLength(name) && mayHaveLength(facts.status)) headers.push(name, value);
    if (endsHere(canonical) || isWithheld(canonical) || replaced.has(canonical)) continue;
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
  if (Vary !== undefined) headers.push('Vary', mergedVary([...varies, Vary]));
  headers.push('X-Request-Id', facts.requestId, ...Object.entries(extra).flat());
  return { headers, withheld, outside };
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
