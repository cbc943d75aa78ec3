import { describe, expect, it } from 'vitest';
import { anybodyAt, aRouteTo, until } from '../../../../../test/support/gateway-front.js';
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
    const target = front.pools.choose(anybodyAt(aRouteTo([upstream])));
    front.pools.retain([aRouteTo([upstream], { id: 'renamed', scopes: { '*': ['x'] } })]);
    expect(front.pools.choose(anybodyAt(aRouteTo([upstream])))).toBe(target);
    await statusAt(front);
    expect(upstream.accepted).toBe(1);
  });

  it('serves a request that was decided under the table before, for some seconds, and brings nothing back', async () => {
    const asked: string[] = [];
    const upstream = await anUpstream((request, response) => {
      asked.push(request.url!);
      response.end();
    });
    const old = aRouteTo([upstream], {}, { health: { path: '/health', intervalMs: 20, timeoutMs: 100 } });
    const { pools } = await aFront(old);
    pools.retain([old]);
    await until(() => asked.length > 0, 'a health check');
    const target = pools.choose(anybodyAt(old));
    pools.retain([]);
    const before = asked.length;
    expect(pools.choose(anybodyAt(old))).toBe(target);
    await until(() => pools.another(anybodyAt(old), new Set()) === undefined, 'the end of the target');
    expect(() => pools.choose(anybodyAt(old))).toThrow(Unavailable);
    // At most the one that was on its way.
    expect(asked.length).toBeLessThanOrEqual(before + 1);
  });

  it('lets such a request go to a target that stays', async () => {
    const upstream = await anUpstream(ok);
    const { pools } = await aFront(aRouteTo([upstream]));
    const [old, renamed] = [aRouteTo([upstream]), aRouteTo([upstream], { id: 'renamed' })];
    pools.retain([old]);
    const target = pools.choose(anybodyAt(old));
    pools.retain([renamed]);
    expect(pools.choose(anybodyAt(old))).toBe(target);
  });

  it('counts what is in flight to an origin over all routes, however they differ', async () => {
    const upstream = await anUpstream(never);
    const { pools } = await aFront(aRouteTo([upstream]));
    const one = pools.choose(anybodyAt(aRouteTo([upstream], {}, { maxInFlight: 2 })));
    const other = pools.choose(
      anybodyAt(aRouteTo([upstream], {}, { maxInFlight: 1, breaker: { failures: 9, openMs: 9 } })),
    );
    expect(other).not.toBe(one);
    const leave = one.enter('anybody');
    expect(other.inFlight).toBe(1);
    expect(() => pools.choose(anybodyAt(aRouteTo([upstream], {}, { maxInFlight: 1 })))).toThrow(Unavailable);
    leave();
    leave();
    expect(other.inFlight).toBe(0);
  });
});
