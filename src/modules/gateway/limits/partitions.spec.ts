import { describe, expect, it } from 'vitest';
import { aCaller } from '../../../../test/support/limits.js';
import { partitionsOf } from './partitions.js';

const GOLD = aCaller({
  attributes: { plan: 'gold', seats: 3, tags: ['a', 'b', 'a'] },
  roles: ['staff', 'admin'],
});

describe('what a limit counts apart', () => {
  it('is the whole route, a client or a person', () => {
    expect(partitionsOf('route', aCaller({}))).toEqual(partitionsOf('route', aCaller({ sub: 'bob' })));
    expect(partitionsOf('client', aCaller({}))).toEqual(partitionsOf('client', aCaller({ sub: 'bob' })));
    expect(partitionsOf('client', aCaller({}))).not.toEqual(
      partitionsOf('client', aCaller({ client_id: 'b' })),
    );
    expect(partitionsOf('user', aCaller({}))).toEqual(partitionsOf('user', aCaller({ client_id: 'b' })));
    expect(partitionsOf('user', aCaller({}))).not.toEqual(partitionsOf('user', aCaller({ sub: 'bob' })));
  });

  it('is the value of a claim, or of a detail that the directory keeps', () => {
    expect(partitionsOf('claim:attributes.plan', GOLD)).toEqual(['claim "gold"']);
    expect(partitionsOf('claim:attributes.seats', GOLD)).toEqual(['claim 3']);
    expect(partitionsOf('claim:client_id', GOLD)).toEqual(['claim "app"']);
  });

  it('is every value of a claim that has several, each of them once', () => {
    expect(partitionsOf('claim:roles', GOLD)).toEqual(['claim "staff"', 'claim "admin"']);
    expect(partitionsOf('claim:attributes.tags', GOLD)).toEqual(['claim "a"', 'claim "b"']);
  });

  it.each([
    'claim:department',
    'claim:attributes.department',
    'claim:attributes',
    'claim:constructor',
    'claim:',
  ] as const)('is one for all who have no value of %s', (by) => {
    expect(partitionsOf(by, GOLD)).toEqual(['claim']);
    expect(partitionsOf(by, aCaller({ sub: 'bob', roles: [] }))).toEqual(['claim']);
    expect(partitionsOf(by, aCaller())).toEqual(['claim']);
  });

  it('is the address where no token was looked at, and never mistaken for a client of that name', () => {
    for (const by of ['client', 'user'] as const) {
      expect(partitionsOf(by, aCaller(undefined, '192.0.2.1'))).toEqual(['address 192.0.2.1']);
      expect(partitionsOf(by, aCaller({ client_id: '192.0.2.1', sub: '192.0.2.1' }))).not.toEqual([
        'address 192.0.2.1',
      ]);
    }
  });
});
