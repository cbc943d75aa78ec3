import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { aRouteTo } from '../../../../test/support/gateway-front.js';
import { startedForOneTest, statusAt } from '../../../../test/support/targets.js';
import { type UpstreamServer, startRawUpstream } from '../../../../test/support/upstream-server.js';

const { toBeClosed, aFront } = startedForOneTest();

interface ClosingUpstream extends UpstreamServer {
  /** Requests that came, however they ended. */
  received: number;
}

/** Answers the first request of each connection, and does something else with the second. */
async function closingAtSecond(second: (socket: Socket) => void): Promise<ClosingUpstream> {
  const upstream = await startRawUpstream((socket) => {
    let nth = 0;
    socket.on('data', () => {
      closing.received += 1;
      nth += 1;
      if (nth === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      else second(socket);
    });
  });
  const closing: ClosingUpstream = Object.assign(upstream, { received: 0 });
  return toBeClosed(closing);
}

const ENDS: [string, (socket: Socket) => void][] = [
  ['with FIN', (socket) => socket.end()],
  ['with RST', (socket) => socket.resetAndDestroy()],
];

describe.each(ENDS)(
  'a reused connection that the upstream closes %s before a byte of a response',
  (_, end) => {
    it.each(['GET', 'OPTIONS'])('is made good on a new one for %s, and is no strike', async (method) => {
      const upstream = await closingAtSecond(end);
      const front = await aFront(aRouteTo([upstream], {}, { breaker: { failures: 1, openMs: 10_000 } }));
      const statuses = [];
      for (let nth = 0; nth < 4; nth += 1) statuses.push(await statusAt(front, { method }));
      expect(statuses).toEqual([200, 200, 200, 200]);
      expect(front.logs.some(({ level }) => Number(level) > 20)).toBe(false);
    });

    it.each<[string, RequestInit]>([
      ['POST', { method: 'POST' }],
      ['PUT', { method: 'PUT' }],
      ['DELETE', { method: 'DELETE' }],
      ['a body', { method: 'OPTIONS', body: 'body' }],
    ])('is a 502 for %s, which is sent once', async (__, init) => {
      const upstream = await closingAtSecond(end);
      const front = await aFront(aRouteTo([upstream]));
      expect([await statusAt(front), await statusAt(front, init)]).toEqual([200, 502]);
      expect(upstream.received).toBe(2);
    });
  },
);

describe('a request on a reused connection', () => {
  const close = (socket: Socket) => void socket.end();

  it('is sent once where the route says retry: off', async () => {
    const upstream = await closingAtSecond(close);
    const front = await aFront(aRouteTo([upstream], { retry: false }));
    expect([await statusAt(front), await statusAt(front)]).toEqual([200, 502]);
    expect(upstream.received).toBe(2);
  });

  it('is not repeated once a byte of a response was there', async () => {
    const upstream = await closingAtSecond((socket) => socket.end('HTTP/1.1 2'));
    const front = await aFront(aRouteTo([upstream]));
    expect([await statusAt(front), await statusAt(front)]).toEqual([200, 502]);
    expect(upstream.received).toBe(2);
  });

  it('is not repeated after an interim response', async () => {
    const upstream = await closingAtSecond((socket) => socket.end('HTTP/1.1 100 Continue\r\n\r\n'));
    const front = await aFront(aRouteTo([upstream]));
    expect([await statusAt(front), await statusAt(front)]).toEqual([200, 502]);
    expect(upstream.received).toBe(2);
  });

  it('is repeated once, and a second failure is a strike like any other', async () => {
    let isGone = false;
    const upstream = await closingAtSecond((socket) => {
      isGone = true;
      socket.end();
    });
    const front = await aFront(aRouteTo([upstream], {}, { breaker: { failures: 1, openMs: 10_000 } }));
    expect(await statusAt(front)).toBe(200);
    const { connections } = upstream;
    const add = connections.add.bind(connections);
    connections.add = (socket) => {
      if (isGone) socket.destroy();
      return add(socket);
    };
    expect([await statusAt(front), await statusAt(front)]).toEqual([502, 503]);
    expect(upstream.received).toBe(2);
  });
});
