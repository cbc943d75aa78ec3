import type { Route } from '../routes/route.js';
import type { ClientAnswer } from './client-answer.js';
import type { Overdue } from './failures.js';
import type { RequestBody } from './request-body.js';

/**
 * How long a body that comes without a token may keep an upstream waiting, on a route that sets no total time; and as many
 * milliseconds more as it has bytes, which is a kilobyte a second.
 */
const ANONYMOUS_WAIT_MS = 25_000;

/** Between two looks at a body that is about to run out of time. Milliseconds. */
const SOONEST_LOOK_MS = 50;

/**
 * Times that end an exchange whatever moves: the route's total, and without one that of a body which anybody may send.
 *
 * @param onExpiry called when one of them is over
 * @param anonymousWaitMs for a body that comes without a token
 * @returns stops them
 */
export function startDeadlines(
  route: Route,
  onExpiry: () => void,
  body?: RequestBody,
  anonymousWaitMs = ANONYMOUS_WAIT_MS,
): () => void {
  const { total } = route.timeouts;
  if (total !== undefined) {
    const timer = setTimeout(onExpiry, total);
    return () => clearTimeout(timer);
  }
  if (!route.public || body === undefined) return () => undefined;
  let timer: NodeJS.Timeout;
  const look = (): void => {
    if (body.hasArrived) return;
    const leftMs = anonymousWaitMs + body.received - body.clientMs;
    if (leftMs <= 0 && body.awaitsClient) onExpiry();
    else timer = setTimeout(look, Math.max(leftMs, SOONEST_LOOK_MS));
  };
  timer = setTimeout(look, anonymousWaitMs);
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
