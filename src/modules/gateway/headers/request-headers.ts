import type { Route } from '../routes/route.js';
import { anyOf, canonicalName, fieldsOf, type NameTest, type RawHeaders } from './field-name.js';
import { removedBy, ruledFields } from './header-rules.js';
import type { TemplateValues } from './header-template.js';
import { hopByHop } from './hop-by-hop.js';
import {
  METHODS_WITH_SECOND_PATH,
  isForwarding,
  isIdentity,
  isOverride,
  isSecondPath,
} from './untrusted-names.js';

/** What this server knows of a request and tells its upstream. */
export interface RequestFacts extends TemplateValues {
  /** Origin by which clients know this server. */
  publicOrigin: string;
  /** Of the message received, as in `1.1`. */
  httpVersion: string;
  identityHeaders: Readonly<Record<string, string>>;
  route: Pick<
    Route,
    | 'dropHeaders'
    | 'forwardAuthorization'
    | 'forwardedHeader'
    | 'keepHeaders'
    | 'methods'
    | 'requestHeaders'
    | 'stripPrefix'
  >;
}

/** The header for an upstream. */
export interface UpstreamHeader {
  /** In the form of `rawHeaders`. */
  headers: string[];
  /** Canonical names of fields that the upstream must not get from a client. */
  dropped: string[];
}

/** By what name this server signs `Via`. RFC 9110 §7.6.3 lets a pseudonym stand for its host. */
const PSEUDONYM = 'grantway';

/**
 * The header for an upstream, without `Host` and framing, which belong to the connection it is sent on. Nothing passes
 * that ends here (RFC 9110 §7.6.1), says who is calling, where from, or what to do instead; ours are set after that,
 * so no `Connection: x-identity` of the client takes them away.
 */
export function requestHeaders(rawHeaders: RawHeaders, facts: RequestFacts): UpstreamHeader {
  const endsHere = hopByHop(rawHeaders);
  const isWithheld = withheldBy(facts.route);
  const isKept = anyOf(...facts.route.keepHeaders.map(canonicalName));
  const headers: string[] = [];
  const dropped: string[] = [];
  const via: string[] = [];
  for (const [name, value] of fieldsOf(rawHeaders)) {
    const canonical = canonicalName(name);
    if (endsHere(canonical) || canonical === 'host') continue;
    if (isWithheld(canonical) || (isUntrusted(canonical) && !isKept(canonical))) dropped.push(canonical);
    else if (canonical === 'via') via.push(value);
    else headers.push(name, value);
  }
  via.push(`${facts.httpVersion} ${PSEUDONYM}`);
  headers.push('Via', via.join(', '));
  headers.push(...ruledFields(facts.route.requestHeaders, facts), ...ours(facts));
  return { headers, dropped };
}

function isUntrusted(name: string): boolean {
  return name === 'cookie2' || isIdentity(name) || isForwarding(name) || isOverride(name);
}

/** What a route says of the names that another may let through. */
function withheldBy({
  dropHeaders,
  forwardAuthorization,
  methods = [],
  requestHeaders: rules,
}: RequestFacts['route']): NameTest {
  const isRuled = removedBy(rules);
  const dropped = new Set(dropHeaders.map(canonicalName));
  const hasSecondPath = METHODS_WITH_SECOND_PATH.some((method) => methods.includes(method));
  return (name) =>
    dropped.has(name) ||
    isRuled(name) ||
    (isCredential(name) && !forwardAuthorization) ||
    (isSecondPath(name) && !hasSecondPath);
}

/** A token, and the proof that belongs to it. RFC 9449 §4.1. */
function isCredential(name: string): boolean {
  return name === 'authorization' || name === 'dpop';
}

function ours({ clientIp, publicOrigin, requestId, identityHeaders, route }: RequestFacts): string[] {
  const { protocol, host } = new URL(publicOrigin);
  const proto = protocol.slice(0, -1);
  return [
    ...['X-Forwarded-For', clientIp],
    ...['X-Forwarded-Proto', proto],
    ...['X-Forwarded-Host', host],
    ...(route.stripPrefix === '' ? [] : ['X-Forwarded-Prefix', route.stripPrefix]),
    ...(route.forwardedHeader ? ['Forwarded', forwarded(clientIp, host, proto)] : []),
    ...['X-Request-Id', requestId],
    ...Object.entries(identityHeaders).flat(),
  ];
}

/** RFC 7239 §4 and §6: an IPv6 address is in brackets, and a value that is no token is quoted. */
function forwarded(clientIp: string, host: string, proto: string): string {
  const node = clientIp.includes(':') ? `"[${clientIp}]"` : clientIp;
  return `for=${node};host="${host}";proto=${proto}`;
}
