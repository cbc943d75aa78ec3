import type { LimitKey, Quota, Route, SpikeArrest } from '../routes/route.js';
import { type QuotaPolicy, policyField } from './rate-limit-fields.js';

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** A limit of a route, under the name by which callers are told of it. */
export interface LimitPolicy extends QuotaPolicy {
  /** Names the counters; it stays the same whatever else the route is given. */
  id: string;
  by: LimitKey;
}

/** The limits of one route. */
export interface LimitPolicies {
  spikeArrests: readonly LimitPolicy[];
  quotas: readonly LimitPolicy[];
  /** Value of RateLimit-Policy, the same for every request. */
  field: string;
}

export function limitPoliciesOf(route: Route): LimitPolicies {
  const spikeArrests = lowest(
    named(
      'spike-',
      route.spikeArrest.map((limit) => ({ ...limit, limit: limit.rate })),
    ),
  );
  const quotas = lowest(named('', route.quotas));
  return { spikeArrests, quotas, field: policyField([...spikeArrests, ...quotas]) };

  /** By its period alone where that says which limit is meant, otherwise also by what is counted apart. */
  function named(
    prefix: string,
    limits: readonly { limit: number; per: (SpikeArrest | Quota)['per']; by: LimitKey }[],
  ): LimitPolicy[] {
    return limits.map(({ limit, per, by }) => {
      const alone = limits.every((other) => other.per !== per || other.by === by);
      const name = alone ? `${prefix}${per}` : `${prefix}${per}-${by}`;
      return { id: `${route.id} ${prefix}${per}-${by}`, name, by, quota: limit, windowSeconds: SECONDS[per] };
    });
  }
}

/** Of two limits for the same period by the same key only the lower one matters, and they share their counters. */
function lowest(policies: readonly LimitPolicy[]): LimitPolicy[] {
  return policies.filter((policy, at) =>
    policies.every(
      (other, otherAt) =>
        other.id !== policy.id ||
        other.quota > policy.quota ||
        (other.quota === policy.quota && otherAt >= at),
    ),
  );
}
