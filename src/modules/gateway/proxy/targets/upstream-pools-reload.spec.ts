import { describe, expect, it } from 'vitest';
import { aRouteTo, until } from '../../../../../test/support/gateway-front.js';
import { never, ok, startedForOneTest, statusAt } from '../../../../../test/support/targets.js';
import { startUpstream } from '../../../../../test/support/upstream-server.js';
import { Unavailable } from '../../../../protocol/problem.js';

const { toBeClosed, anUpstream, aFront } = startedForOneTest();

describe('a new table of routes', () => {
  it('lets requests to a target that is gone finish, and closes its connections then', async () => {
    let finish: (() => void) | undefined;
    const upstream = toBeClosed(
      await startUpstream((_, response) => {
        response.write('begin');
        finish = () => void response.end(' end');
      }),
    );
    const front = await aFront(aRouteTo([upstream]));
    const answer = await fetch(front.origin);
    front.pools.retain([]);
    finish!();
    expect(await answer.text()).toBe('begin end');
    await until(() => upstream.connections.size === 0, 'the connections to close');
  });

  it('keeps connections, circuit and count of a target that stays', async () => {
    const upstream = await anUpstream(ok);
    const front = await aFront(aRouteTo([upstream]));
    await statusAt(front);
    const target = front.pools.choose(aRouteTo([upstream]), 'anybody');
    front.pools.retain([aRouteTo([upstream], { id: 'renamed', scopes: { '*': ['x'] } })]);
    expect(front.pools.choose(aRouteTo([upstream]), 'anybody')).toBe(target);
    await statusAt(front);
    expect(upstream.accepted).toBe(1);
  });

  it('counts what is in flight to an origin over all routes, however they differ', async () => {
    const upstream = await anUpstream(never);
    const { pools } = await aFront(aRouteTo([upstream]));
    const one = pools.choose(aRouteTo([upstream], {}, { maxInFlight: 2 }), 'anybody');
    const other = pools.choose(
      aRouteTo([upstream], {}, { maxInFlight: 1, breaker: { failures: 9, openMs: 9 } }),
      'anybody',
    );
    expect(other).not.toBe(one);
    const leave = one.enter('anybody');
    expect(other.inFlight).toBe(1);
    expect(() => pools.choose(aRouteTo([upstream], {}, { maxInFlight: 1 }), 'anybody')).toThrow(Unavailable);
    leave();
    leave();
    expect(other.inFlight).toBe(0);
  });
});
