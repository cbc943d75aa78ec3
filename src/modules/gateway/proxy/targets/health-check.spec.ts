import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { aRouteTo, until } from '../../../../../test/support/gateway-front.js';
import { never, ok, startedForOneTest, statusAt } from '../../../../../test/support/targets.js';
import type { Upstream } from '../../routes/route.js';

const { anUpstream, aFront } = startedForOneTest();

describe('the health of a target', () => {
  const health: Upstream['health'] = { path: '/health?deep', intervalMs: 40, timeoutMs: 100 };

  it('takes it out while its check fails, and back when it does not', async () => {
    let status = 200;
    let asked = 0;
    const moody = await anUpstream((request, response) => {
      if (request.url === '/health?deep') response.writeHead(status).end();
      else {
        asked += 1;
        response.end('ok');
      }
    });
    const front = await aFront(aRouteTo([moody], {}, { health }));
    expect(await statusAt(front)).toBe(200);
    status = 500;
    await until(() => front.logs.some(({ msg }) => msg === 'upstream failed its health check'), 'the check');
    const refused = await fetch(front.origin);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '1']);
    expect(asked).toBe(1);
    status = 204;
    await until(() => front.logs.some(({ msg }) => msg === 'upstream is healthy again'), 'the check');
    expect(await statusAt(front)).toBe(200);
  });

  it('fails when the check is not answered in time', async () => {
    const stuck = await anUpstream(never);
    const front = await aFront(aRouteTo([stuck], {}, { health }));
    front.pools.retain([aRouteTo([stuck], {}, { health })]);
    await until(() => front.logs.some(({ msg }) => msg === 'upstream failed its health check'), 'the check');
    expect(await statusAt(front)).toBe(503);
  });

  it('is asked no more when no route names the target, nor after the end', async () => {
    const upstream = await anUpstream(ok);
    const route = aRouteTo([upstream], {}, { health });
    const front = await aFront(route);
    front.pools.retain([route]);
    await until(() => upstream.asked > 2, 'some checks');
    front.pools.retain([]);
    await until(() => upstream.connections.size === 0, 'the connections to close');
    const asked = upstream.asked;
    await sleep(200);
    expect(upstream.asked).toBe(asked);
  });
});
