import type { Asking } from './targets/target.js';

/** Idempotent methods. RFC 9110 §9.2.2. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Safe methods. RFC 9110 §9.2.1. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request of which nothing was sent may go to another target. */
export function mayRetryElsewhere(asking: Asking, method = ''): boolean {
  return mayRetry(asking) && IDEMPOTENT.has(method);
}

/**
 * Whether a request whose reused connection was closed before a response may be sent once more. The upstream may have seen
 * it, so only one that changes nothing. RFC 9112 §9.3.1.
 */
export function mayRetryReused(asking: Asking, method = ''): boolean {
  return mayRetry(asking) && SAFE.has(method);
}

/** A body has begun to flow, and cannot be sent a second time. */
function mayRetry({ route, hasBody }: Asking): boolean {
  return route.retry && !hasBody;
}
