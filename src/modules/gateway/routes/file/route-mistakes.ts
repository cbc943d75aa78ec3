import { isPrivateUrl } from '../../../../config/cleartext.js';
import { isLoopbackHost, isOrigin } from '../../../../config/origins.js';
import { CLOCK_SKEW } from '../../../../protocol/clock-skew.js';
import { IDENTITY_ASSERTION_TTL } from '../../../../protocol/identity-assertion.js';
import { canonicalTarget } from '../../paths/canonical-path.js';
import { DEFAULT_ROUTE } from '../route-defaults.js';
import { USUAL_METHODS } from '../route-methods.js';
import { InvalidPathPattern, isAnyOne, literalPrefixOf, parsePathPattern } from '../path-pattern.js';
import {
  type HealthEntry,
  type RouteEntry,
  healthOf,
  permittedForms,
  upstreamEntryOf,
} from './route-entry.js';
import type { Finding, Place } from './routes-error.js';
import { durationText, millisecondsOf } from './units.js';

/** What an entry is held against. */
export interface EntryContext {
  /** Origin of this server. */
  issuer: string;
  /** Whether targets may be reached in clear beyond this machine. */
  cleartextTargets: boolean;
}

/** What no schema can say against one entry. Places are within the entry. */
export function mistakesOfEntry(entry: RouteEntry, context: EntryContext): Finding[] {
  return [
    ...pathMistakes(entry),
    ...formMistakes(entry),
    ...scopeMistakes(entry),
    ...webSocketMistakes(entry),
    ...connectMistakes(entry),
    ...originMistakes(entry, context),
    ...prefixMistakes(entry),
    ...tlsMistakes(entry),
    ...healthMistakes(entry),
  ];
}

function pathMistakes({ path }: RouteEntry): Finding[] {
  const objection = objectionToPattern(path);
  return objection === undefined ? [] : [{ place: ['path'], detail: objection }];
}

function objectionToPattern(path: string): string | undefined {
  try {
    parsePathPattern(path);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidPathPattern) return error.message;
    throw error;
  }
}

/** Below literals everything is the route's, however it is read; a wildcard may be another segment to the upstream. */
function formMistakes(entry: RouteEntry): Finding[] {
  if (permittedForms(entry).length === 0 || objectionToPattern(entry.path) !== undefined) return [];
  const { segments, below } = parsePathPattern(entry.path);
  if (below && !segments.some(isAnyOne)) return [];
  return [{ place: ['paths'], detail: 'is only for a path of literal segments that ends in /**' }];
}

/** A method that is forgotten in a map must not be one that needs nothing. */
function scopeMistakes({ methods = [...USUAL_METHODS], scopes }: RouteEntry): Finding[] {
  if (scopes === undefined || Array.isArray(scopes)) return [];
  const named = Object.keys(scopes);
  const served = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  const strangers = named.filter((name) => name !== '*' && !served.includes(name));
  const bare = methods.filter(
    (method) => !named.includes(method) && !(method === 'HEAD' && named.includes('GET')),
  );
  return [
    ...strangers.map((name) => ({
      place: ['scopes', name],
      detail: 'is not among the methods of the route',
    })),
    ...(named.includes('*') || bare.length === 0
      ? []
      : [{ place: ['scopes'], detail: 'must name every method of the route, or * for the others' }]),
  ];
}

function webSocketMistakes({ websocket, methods }: RouteEntry): Finding[] {
  if (websocket !== true || methods === undefined || methods.includes('GET')) return [];
  return [{ place: ['websocket'], detail: 'is only for a route with GET, the method of the handshake' }];
}

/** The rest of the time of an assertion is for clocks that differ. */
const LONGEST_CONNECT_MS = (IDENTITY_ASSERTION_TTL - CLOCK_SKEW) * 1_000;

function connectMistakes({
  timeouts,
  identity = DEFAULT_ROUTE.identity,
  public: isPublic,
}: RouteEntry): Finding[] {
  const { connect } = timeouts ?? {};
  if (connect === undefined || identity !== 'assertion' || isPublic === true) return [];
  if (millisecondsOf(connect) <= LONGEST_CONNECT_MS) return [];
  const detail =
    `must be at most ${durationText(LONGEST_CONNECT_MS)} where the upstream receives an assertion, which is valid for ` +
    `${IDENTITY_ASSERTION_TTL} seconds`;
  return [{ place: ['timeouts', 'connect'], detail }];
}

function originMistakes(entry: RouteEntry, { issuer, cleartextTargets }: EntryContext): Finding[] {
  const place: Place = typeof entry.upstream === 'string' ? ['upstream'] : ['upstream', 'targets'];
  const placeOf = (at: number): Place => (typeof entry.upstream === 'string' ? place : [...place, at]);
  const targets = upstreamEntryOf(entry).targets.flatMap((target, at) => {
    if (!isOrigin(target)) return [{ place: placeOf(at), detail: NOT_AN_ORIGIN }];
    if (isSameServer(target, issuer))
      return [{ place: placeOf(at), detail: 'is this server, which would forward to itself' }];
    return cleartextTargets || isPrivateUrl(target, 'https:')
      ? []
      : [{ place: placeOf(at), detail: IN_CLEAR }];
  });
  const redirects = (entry.redirect_origins ?? []).flatMap((origin, at) =>
    isOrigin(origin) ? [] : [{ place: ['redirect_origins', at], detail: NOT_AN_ORIGIN }],
  );
  return [...targets, ...redirects];
}

/** Whether two origins are one server: all names of this machine for itself are. */
function isSameServer(target: string, issuer: string): boolean {
  const [one, other] = [new URL(target), new URL(issuer)];
  const isLocal = isLoopbackHost(one.hostname) && isLoopbackHost(other.hostname);
  return one.origin === other.origin || (isLocal && one.port === other.port);
}

const NOT_AN_ORIGIN = 'must be an origin as a browser writes it: lower case, without the usual port';

const IN_CLEAR =
  'leads beyond this machine without TLS: use https://, or accept that with ROUTES_FILE_INSECURE=allow';

function prefixMistakes(entry: RouteEntry): Finding[] {
  const { strip_prefix, add_prefix } = upstreamEntryOf(entry);
  const findings: Finding[] = [];
  if (add_prefix !== undefined && !isCanonical(add_prefix)) {
    findings.push({ place: ['upstream', 'add_prefix'], detail: 'must be a path in canonical form' });
  }
  if (strip_prefix !== undefined && !beginsWith(entry.path, strip_prefix)) {
    const detail = 'must be whole segments at the front of the path of the route, before any *';
    findings.push({ place: ['upstream', 'strip_prefix'], detail });
  }
  return findings;
}

function beginsWith(path: string, prefix: string): boolean {
  if (objectionToPattern(path) !== undefined) return true;
  return `${literalPrefixOf(parsePathPattern(path))}/`.startsWith(`${prefix}/`);
}

function isCanonical(path: string): boolean {
  try {
    return canonicalTarget(path).path === path;
  } catch {
    return false;
  }
}

function tlsMistakes(entry: RouteEntry): Finding[] {
  const { tls, targets } = upstreamEntryOf(entry);
  if (tls === undefined || targets.every((target) => target.startsWith('https:'))) return [];
  return [{ place: ['upstream', 'tls'], detail: 'is only for https targets' }];
}

function healthMistakes(entry: RouteEntry): Finding[] {
  const { health } = upstreamEntryOf(entry);
  return health === undefined ? [] : [...healthPathMistakes(health), ...healthTimeMistakes(health)];
}

function healthPathMistakes({ path }: HealthEntry): Finding[] {
  if (isCanonical(path)) return [];
  return [
    { place: ['upstream', 'health', 'path'], detail: 'must be a path in canonical form, without a query' },
  ];
}

function healthTimeMistakes(health: HealthEntry): Finding[] {
  const { intervalMs, timeoutMs } = healthOf(health);
  if (timeoutMs <= intervalMs) return [];
  return [{ place: ['upstream', 'health', 'timeout'], detail: 'must not be longer than the interval' }];
}
