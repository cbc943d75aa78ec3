import type { Route } from '../routes/route.js';
import type { ClientAnswer } from './client-answer.js';
import type { Overdue } from './failures.js';
import type { RequestBody } from './request-body.js';

/** How long a body may take that comes without a token, on a route that sets no total time. Milliseconds. */
const ANONYMOUS_UPLOAD_MS = 5 * 60_000;

/**
 * Times that end an exchange whatever moves: the route's total, and without one that of a body which anybody may send.
 *
 * @param onExpiry called when one of them is over
 * @param anonymousUploadMs for a body that comes without a token
 * @returns stops them
 */
export function startDeadlines(
  route: Route,
  onExpiry: () => void,
  body?: RequestBody,
  anonymousUploadMs = ANONYMOUS_UPLOAD_MS,
): () => void {
  const { total } = route.timeouts;
  if (total !== undefined) return starting(onExpiry, total);
  if (!route.public || body === undefined) return () => undefined;
  return starting(() => {
    if (!body.hasArrived) onExpiry();
  }, anonymousUploadMs);
}

function starting(onExpiry: () => void, ms: number): () => void {
  const timer = setTimeout(onExpiry, ms);
  return () => clearTimeout(timer);
}

/**
 * Whose fault it is that an exchange takes too long: whoever is awaited now, but no upstream that had the lesser part of
 * the time. Else a client that sends slowly would be what shuts a target.
 *
 * @param sinceMs when the exchange with the target began, as of performance.now()
 */
export function whoIsOverdue(body: RequestBody | undefined, answer: ClientAnswer, sinceMs: number): Overdue {
  if (body?.awaitsClient || answer.awaitsClient) return 'client';
  const upstreamMs = performance.now() - sinceMs - (body?.clientMs ?? 0);
  return upstreamMs < (body?.clientMs ?? 0) ? 'total' : 'upstream';
}
