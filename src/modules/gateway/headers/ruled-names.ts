import { canonicalName, anyOf } from './field-name.js';
import { HOP_BY_HOP } from './hop-by-hop.js';
import { isOrder, isOurs, isRevealing, overridesCacheControl } from './response-names.js';
import { isForwarding, isIdentity, isOverride } from './untrusted-names.js';

/** Names that only this server fills: the caller, by an assertion or a preset, and facts about the request. */
const isTold = anyOf(
  'x-identity*',
  'x-consumer-id',
  'x-consumer-username',
  'x-authenticated-*',
  'x-auth-request-*',
  'remote-*',
  'forwarded',
  'x-forwarded',
  'x-forwarded-*',
  'x-real-ip',
  'x-request-id',
  'via',
);
const isHost = anyOf('host', 'http-host', 'x-host', 'x-host-override');
const isCredential = anyOf(
  'authorization',
  'dpop',
  'cookie',
  'cookie2',
  'x-authorization*',
  'x-access-token',
);
const isPolicy = anyOf(
  'ratelimit*',
  'retry-after',
  'vary',
  'location',
  'content-location',
  'refresh',
  'www-authenticate',
);

const NEVER = 'is a name that a route never sets, adds or removes';

/** Why a rule for a request field is refused. @returns undefined if it is valid */
export function objectionToRequestRule(name: string): string | undefined {
  const canonical = canonicalName(name);
  const isNever =
    [HOP_BY_HOP, isTold, isHost, isOverride].some((test) => test(canonical)) || canonical === 'dpop';
  return isNever ? NEVER : undefined;
}

/** Why a rule for a response field is refused. */
export function objectionToResponseRule(name: string, isPublic: boolean): string | undefined {
  const canonical = canonicalName(name);
  const isNever = [HOP_BY_HOP, isTold, isOurs, isOrder, isPolicy].some((test) => test(canonical));
  if (isNever) return NEVER;
  const isCaching = canonical === 'cache-control' || overridesCacheControl(canonical);
  return isCaching && !isPublic ? 'is only for a public route' : undefined;
}

/** Why a field that is dropped by default cannot be kept. */
export function objectionToKept(name: string): string | undefined {
  const canonical = canonicalName(name);
  const isNever = [HOP_BY_HOP, isTold, isHost, isOverride, isCredential, isOurs, isOrder].some((test) =>
    test(canonical),
  );
  if (isNever) return 'is a name that never passes';
  const isDropped = [isIdentity, isForwarding, isRevealing].some((test) => test(canonical));
  return isDropped ? undefined : 'is a name that passes anyway';
}
