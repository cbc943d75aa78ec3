import { describe, expect, it } from 'vitest';
import { aLimitedRoute } from '../../../../test/support/limits.js';
import { limitPoliciesOf } from './limit-policies.js';

describe('the limits of a route', () => {
  it('are named for their period', () => {
    const { field } = limitPoliciesOf(
      aLimitedRoute({
        spikeArrest: [{ rate: 30, per: 'second', by: 'client' }],
        quotas: [
          { limit: 100, per: 'minute', by: 'client' },
          { limit: 1000, per: 'day', by: 'user' },
        ],
      }),
    );
    expect(field).toBe('"spike-second";q=30;w=1, "minute";q=100;w=60, "day";q=1000;w=86400');
  });

  it('are named for what is counted apart as well where the period does not tell', () => {
    const { field } = limitPoliciesOf(
      aLimitedRoute({
        quotas: [
          { limit: 100, per: 'hour', by: 'client' },
          { limit: 10, per: 'hour', by: 'user' },
          { limit: 1, per: 'day', by: 'claim:attributes.plan' },
        ],
      }),
    );
    expect(field).toBe('"hour-client";q=100;w=3600, "hour-user";q=10;w=3600, "day";q=1;w=86400');
  });

  it('keep their counters when a route is given another limit, and share none with another route', () => {
    const hour = { limit: 100, per: 'hour', by: 'client' } as const;
    const [before] = limitPoliciesOf(aLimitedRoute({ quotas: [hour] })).quotas;
    const [, after] = limitPoliciesOf(
      aLimitedRoute({
        quotas: [
          { limit: 9, per: 'hour', by: 'user' },
          { ...hour, limit: 200 },
        ],
      }),
    ).quotas;
    const [elsewhere] = limitPoliciesOf(aLimitedRoute({ id: 'invoices', quotas: [hour] })).quotas;
    expect(after?.id).toBe(before?.id);
    expect(elsewhere?.id).not.toBe(before?.id);
  });

  it('are the lower one where two say the same thing differently, once', () => {
    const by = 'client' as const;
    const { quotas } = limitPoliciesOf(
      aLimitedRoute({ quotas: [7, 5, 5, 9].map((limit) => ({ limit, per: 'hour', by })) }),
    );
    expect(quotas.map(({ quota }) => quota)).toEqual([5]);
  });
});
