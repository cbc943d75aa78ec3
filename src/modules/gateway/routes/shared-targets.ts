import type { Route } from './route.js';

/** A route that treats a target otherwise than another route does. */
export interface TargetDispute {
  index: number;
  detail: string;
}

/**
 * Routes to the same target with the same TLS share its connections, its circuit breaker and its count in flight, so they
 * must agree on what these are: no order in a file shall decide which of two caps holds.
 */
export function disputesAboutTargets(routes: readonly Route[]): TargetDispute[] {
  const first = new Map<string, { id: string; treatment: string }>();
  return routes.flatMap(({ id, upstream }, index) => {
    const { targets, tls, maxInFlight, breaker, health } = upstream;
    const treatment = JSON.stringify([maxInFlight, breaker.failures, breaker.openMs, health ?? null]);
    const rivals = targets.flatMap((target) => {
      const key = JSON.stringify([target, tls?.ca, tls?.certificate, tls?.key, tls?.serverName]);
      const known = first.get(key);
      if (known === undefined) first.set(key, { id, treatment });
      return known === undefined || known.treatment === treatment ? [] : [known.id];
    });
    const detail = `must have the max_in_flight, breaker and health of route ${rivals[0]}, which shares a target`;
    return rivals.length === 0 ? [] : [{ index, detail }];
  });
}
