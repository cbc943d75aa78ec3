import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
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

describe('several targets', () => {
  it('are asked in turn while they have the same load', async () => {
    const upstreams = await several(3, async () => anUpstream(ok));
    const front = await aFront(aRouteTo(upstreams));
    for (let nth = 0; nth < 9; nth += 1) await statusAt(front);
    expect(upstreams.map(({ asked }) => asked)).toEqual([3, 3, 3]);
  });

  it('are chosen by the fewest requests in flight', async () => {
    const [slow, fast] = [await anUpstream(never), await anUpstream(ok)];
    const front = await aFront(aRouteTo([slow, fast]));
    const leave = new AbortController();
    const first = several(2, async () =>
      fetch(front.origin, { signal: leave.signal }).catch(() => undefined),
    );
    await until(() => slow.asked === 1, 'one request at the slow one');
    for (let nth = 0; nth < 5; nth += 1) expect(await statusAt(front)).toBe(200);
    expect([slow.asked, fast.asked]).toEqual([1, 6]);
    leave.abort();
    await first;
  });

  it('share what a route may have in flight, and none is given more', async () => {
    const upstreams = await several(2, async () => await anUpstream(never));
    const front = await aFront(aRouteTo(upstreams, {}, { maxInFlight: 2 }));
    const leave = new AbortController();
    const hanging = several(4, async () =>
      fetch(front.origin, { signal: leave.signal }).catch(() => undefined),
    );
    await until(() => upstreams.every(({ connections }) => connections.size === 2), 'two requests at each');
    const refused = await fetch(front.origin);
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '1']);
    leave.abort();
    await hanging;
    await until(() => front.underWay === 0, 'the end');
    expect(front.pools.choose(anybodyAt(aRouteTo(upstreams))).inFlight).toBe(0);
  });
});

describe('one caller', () => {
  const asAlice = { 'X-Caller': 'alice' };

  it('gets a quarter of what a target may have in flight, and leaves the rest to others', async () => {
    const held: (() => void)[] = [];
    const upstream = await anUpstream((_, response) => void held.push(() => void response.end('ok')));
    const front = await aFront(aRouteTo([upstream], {}, { maxInFlight: 8 }));
    const hers = several(2, async () => statusAt(front, { headers: asAlice }));
    await until(() => upstream.asked === 2, 'her share');
    const refused = await several(20, async () => fetch(front.origin, { headers: asAlice }));
    expect(refused.map(({ status }) => status)).toEqual(Array(20).fill(429));
    expect(refused[0]!.headers.get('Retry-After')).toBe('1');
    const theirs = several(6, async () => statusAt(front));
    await until(() => upstream.asked === 8, 'everybody else');
    expect(await statusAt(front)).toBe(503);
    for (const end of held) end();
    expect(await Promise.all([hers, theirs])).toEqual([Array(2).fill(200), Array(6).fill(200)]);
  });

  it('gets it back with each request that ends, and at each target', async () => {
    const upstreams = await several(2, async () => anUpstream(never));
    const front = await aFront(aRouteTo(upstreams, {}, { maxInFlight: 4 }));
    for (let round = 0; round < 3; round += 1) {
      const leave = new AbortController();
      const hanging = several(2, async () =>
        fetch(front.origin, { headers: asAlice, signal: leave.signal }).catch(() => undefined),
      );
      await until(() => upstreams.every(({ asked }) => asked === round + 1), 'one at each');
      expect(await statusAt(front, { headers: asAlice })).toBe(429);
      leave.abort();
      await hanging;
      await until(() => front.underWay === 0, 'the end');
    }
  });

  it('gets no more by sending many requests on one connection', async () => {
    const upstream = await anUpstream(never);
    const front = await aFront(aRouteTo([upstream], {}, { maxInFlight: 8 }));
    const socket = connect(front.port, '127.0.0.1').resume();
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Caller: alice\r\n\r\n'.repeat(40));
    // The others are answered behind the first two, which are not.
    await until(() => front.underWay === 2 && upstream.asked === 2, 'all to be decided');
    socket.destroy();
    await until(() => front.underWay === 0, 'the end');
    expect(upstream.asked).toBe(2);
  });
});

describe('a target that cannot be reached', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('leaves %s to another', async (method) => {
    const alive = await anUpstream(ok);
    const front = await aFront(aRouteTo([await aDeadUpstream(), alive]));
    for (let nth = 0; nth < 4; nth += 1) expect(await statusAt(front, { method })).toBe(200);
    expect(alive.asked).toBe(4);
  });

  it.each([
    ['POST, which is not idempotent', { method: 'POST' }],
    ['a body, which could be sent once only', { method: 'PUT', body: 'body' }],
  ])('does not leave %s to another', async (_, init) => {
    const alive = await anUpstream(ok);
    const front = await aFront(aRouteTo([await aDeadUpstream(), alive]));
    const statuses = [await statusAt(front, init), await statusAt(front, init)];
    expect(statuses.toSorted()).toEqual([200, 502]);
    expect(alive.asked).toBe(1);
  });

  it('is not left when it had the request already', async () => {
    let received = 0;
    const upstream = toBeClosed(
      await startRawUpstream((socket) => {
        socket.once('data', () => {
          received += 1;
          socket.destroy();
        });
      }),
    );
    const alive = await anUpstream(ok);
    const front = await aFront(aRouteTo([upstream, alive]));
    const statuses = [await statusAt(front), await statusAt(front)];
    expect(statuses.toSorted()).toEqual([200, 502]);
    expect([received, alive.asked]).toEqual([1, 1]);
  });

  it('is one of three at most', async () => {
    const dead = await several(5, aDeadUpstream);
    const front = await aFront(aRouteTo(dead));
    expect(await statusAt(front)).toBe(502);
    const failures = front.logs.filter(({ error }) => error === 'ECONNREFUSED');
    expect(new Set(failures.map(({ target }) => target)).size).toBe(3);
  });
});

describe('many requests', () => {
  it('that end in every way leave nothing behind', async () => {
    const upstream = toBeClosed(
      await startUpstream((request, response) => {
        const { url } = request;
        request.resume();
        if (url === '/reset') request.socket.destroy();
        else if (url === '/hang') return;
        else if (url === '/break') response.write('begin', () => request.socket.destroy());
        else response.end('x'.repeat(1000));
      }),
    );
    const route = aRouteTo([upstream], { maxBodyBytes: 100 }, { breaker: { failures: 1e6, openMs: 1 } });
    const front = await aFront(route);
    const ways = ['/', '/reset', '/hang', '/break', '/', '/too-large'];
    for (let round = 0; round < 10; round += 1) {
      await several(30, async (nth) => {
        const way = ways[nth % ways.length]!;
        const body = way === '/too-large' ? new Blob(['x'.repeat(1000)]).stream() : undefined;
        const init = {
          method: body ? 'POST' : 'GET',
          body,
          duplex: 'half',
          signal: AbortSignal.timeout(way === '/hang' ? 30 : 5_000),
        };
        await fetch(front.origin + way, init as RequestInit)
          .then(async (answer) => answer.arrayBuffer())
          .catch(() => undefined);
      });
    }
    await until(() => front.underWay === 0, 'the end');
    expect(front.pools.choose(anybodyAt(route)).inFlight).toBe(0);
    expect(upstream.connections.size).toBeLessThanOrEqual(30);
    await front.pools.onApplicationShutdown();
    await until(() => upstream.connections.size === 0, 'the connections to close');
  });

  it('that are refused without a target leave the client’s connection in order', async () => {
    const front = await aFront(
      aRouteTo([await aDeadUpstream()], {}, { breaker: { failures: 1, openMs: 10_000 } }),
    );
    const statuses = await several(3, async () => {
      return new Promise<number | undefined>((resolve, reject) => {
        const request = httpRequest(front.origin, { method: 'POST' }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        request.on('error', reject);
        request.end('x'.repeat(1024 * 1024));
      });
    });
    expect(statuses.every((status) => status === 502 || status === 503)).toBe(true);
  });
});
