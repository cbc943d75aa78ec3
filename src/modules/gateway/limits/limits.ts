import { Injectable } from '@nestjs/common';
import { WindowCounters } from '../../../platform/counters/window-counters.js';
import { wholeSeconds } from '../../../platform/http/whole-seconds.js';
import { Throttled } from '../../../protocol/throttled.js';
import type { Route } from '../routes/route.js';
import { type LimitPolicies, type LimitPolicy, limitPoliciesOf } from './limit-policies.js';
import { type Caller, partitionsOf } from './partitions.js';
import { type ServiceLimit, limitField, tightest } from './rate-limit-fields.js';
import { SpikeArrests } from './spike-arrests.js';

/** Response headers, by name. */
type Fields = Record<string, string>;

/** The limits of a route as one request meets them: first its spike arrests, then its quotas. */
@Injectable()
export class Limits {
  /** A route is as old as the route table it is in. */
  private readonly policies = new WeakMap<Route, LimitPolicies>();

  constructor(
    private readonly spikeArrests: SpikeArrests,
    private readonly counters: WindowCounters,
  ) {}

  /**
   * Counts the request. One that a spike arrest refuses is in no quota, and one that a quota refuses is in none of the
   * others.
   * @returns `RateLimit-Policy` and, where there are quotas, `RateLimit` for the answer (draft-ietf-httpapi-ratelimit-headers-10)
   * @throws Throttled with the same headers; Overloaded when quotas cannot be counted now
   */
  async admit(route: Route, caller: Caller): Promise<Fields> {
    const policies = this.policiesOf(route);
    if (policies.field === '') return {};
    this.passSpikeArrests(policies, caller);
    return this.passQuotas(policies, caller);
  }

  private passSpikeArrests({ spikeArrests, field }: LimitPolicies, caller: Caller): void {
    const slots = spikeArrests.flatMap((policy) =>
      apart(policy, caller).map((partition) => ({
        ...partition,
        policy,
        intervalMs: (policy.windowSeconds * 1000) / policy.quota,
      })),
    );
    const refused = this.spikeArrests.take(slots);
    if (refused === undefined) return;
    const { slot, waitMs } = refused;
    throw throttled(field, { policy: slot.policy, remaining: 0, resetMs: waitMs });
  }

  private async passQuotas({ quotas, field }: LimitPolicies, caller: Caller): Promise<Fields> {
    if (quotas.length === 0) return { 'RateLimit-Policy': field };
    const limits = quotas.flatMap((policy) =>
      apart(policy, caller).map((partition) => ({ ...policy, ...partition, policy })),
    );
    const { consumed, usages } = await this.counters.consume(limits);
    const limit = tightest(
      usages.map(({ used, resetMs }, at) => {
        const { policy } = limits[at]!;
        return { policy, remaining: Math.max(0, policy.quota - used), resetMs };
      }),
    )!;
    if (!consumed) throw throttled(field, limit);
    return { 'RateLimit-Policy': field, RateLimit: limitField(limit) };
  }

  private policiesOf(route: Route): LimitPolicies {
    let policies = this.policies.get(route);
    if (policies === undefined) this.policies.set(route, (policies = limitPoliciesOf(route)));
    return policies;
  }
}

/** The counters of a limit that a request is counted by. */
function apart({ id, by }: LimitPolicy, caller: Caller): { limitId: string; partition: string }[] {
  return partitionsOf(by, caller).map((partition) => ({ limitId: id, partition }));
}

function throttled(policyField: string, limit: ServiceLimit): Throttled {
  return new Throttled(`${limit.policy.name} is used up`, wholeSeconds(limit.resetMs), {
    'RateLimit-Policy': policyField,
    RateLimit: limitField(limit),
  });
}
