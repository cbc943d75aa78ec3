import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { anybodyAt, aRouteTo, until } from '../../../../../test/support/gateway-front.js';
import {
  aDeadUpstream,
  never,
  ok,
  several,
  startedForOneTest,
  statusAt,
} from '../../../../../test/support/targets.js';
import { startRawUpstream, startUpstream } from '../../../../../test/support/upstream-server.js';

const { toBeClosed, anUpstream, aFront } = startedForOneTest();

describe('the circuit of a target', () => {
  const breaker = { failures: 2, openMs: 300 };

  it('opens after failures in a row, and lets nothing through', async () => {
    const upstream = toBeClosed(
      await startRawUpstream((socket) => void socket.once('data', () => socket.destroy())),
    );
    const front = await aFront(aRouteTo([upstream], {}, { breaker: { failures: 2, openMs: 3_000 } }));
    expect([await statusAt(front), await statusAt(front)]).toEqual([502, 502]);
    const refused = await fetch(front.origin);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '3']);
    expect(upstream.accepted).toBe(2);
  });

  it('is not opened by failures with successes between them, nor by answers of any status', async () => {
    let asked = 0;
    const upstream = toBeClosed(
      await startUpstream((request, response) => {
        asked += 1;
        if (asked % 2 === 0) request.socket.destroy();
        else response.writeHead(asked === 1 ? 200 : 503).end();
      }),
    );
    const front = await aFront(aRouteTo([upstream], { retry: false }, { breaker }));
    for (const expected of [200, 502, 503, 502, 503, 502, 503]) expect(await statusAt(front)).toBe(expected);
  });

  it('is not opened by a burst to one slow path', async () => {
    const upstream = await anUpstream((request, response) => {
      if (request.url === '/') response.end('ok');
    });
    const timeouts = { connect: 3_000, headers: 100, idle: 3_000, total: undefined };
    const front = await aFront(aRouteTo([upstream], { timeouts }, { breaker }));
    const slow = await several(6, async () => fetch(`${front.origin}/slow`));
    expect(slow.map(({ status }) => status)).toEqual(Array(6).fill(504));
    expect(await statusAt(front)).toBe(200);
  });

  it('is not opened by clients that leave', async () => {
    const upstream = await anUpstream(never);
    const front = await aFront(aRouteTo([upstream], {}, { breaker }));
    for (let nth = 0; nth < 4; nth += 1) {
      await expect(fetch(front.origin, { signal: AbortSignal.timeout(60) })).rejects.toThrow();
    }
    await until(() => front.underWay === 0, 'the end');
    expect(front.pools.choose(anybodyAt(aRouteTo([upstream], {}, { breaker }))).circuit.shutFor(false)).toBe(
      0,
    );
  });

  it('lets one request try after a while, and opens again when that fails', async () => {
    let asked = 0;
    const upstream = toBeClosed(
      await startUpstream((request) => {
        asked += 1;
        setTimeout(() => request.socket.destroy(), 30);
      }),
    );
    const front = await aFront(aRouteTo([upstream], {}, { breaker }));
    for (let nth = 0; nth < 2; nth += 1) await statusAt(front);
    await sleep(breaker.openMs);
    const statuses = await several(5, async () => statusAt(front));
    expect(statuses.toSorted()).toEqual([502, 503, 503, 503, 503]);
    expect(await statusAt(front)).toBe(503);
    expect(asked).toBe(3);
  });

  it('closes when the target is back, without a restart', async () => {
    const dead = await aDeadUpstream();
    const front = await aFront(aRouteTo([dead], {}, { breaker }));
    expect([await statusAt(front), await statusAt(front), await statusAt(front)]).toEqual([502, 502, 503]);
    toBeClosed(await startUpstream(ok, { port: dead.port }));
    await sleep(breaker.openMs);
    expect(await several(3, async () => statusAt(front))).toContain(200);
    expect(await several(3, async () => statusAt(front))).toEqual([200, 200, 200]);
    expect(front.logs.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['circuit of an upstream opened', 'circuit of an upstream closed']),
    );
  });

  it('sends requests to the targets that are left', async () => {
    const alive = await anUpstream(ok);
    const dying = toBeClosed(
      await startRawUpstream((socket) => void socket.once('data', () => socket.destroy())),
    );
    const front = await aFront(aRouteTo([dying, alive], {}, { breaker: { failures: 2, openMs: 20_000 } }));
    for (let nth = 0; nth < 4; nth += 1) await statusAt(front, { method: 'POST' });
    for (let nth = 0; nth < 5; nth += 1) expect(await statusAt(front, { method: 'POST' })).toBe(200);
    expect(dying.accepted).toBe(2);
  });
});
