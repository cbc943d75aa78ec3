import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Front, aRouteTo, closedAfterEach, startFront } from '../../../../test/support/gateway-front.js';
import { raw, rawPost, statusOf } from '../../../../test/support/raw.js';
import { startUpstream } from '../../../../test/support/upstream-server.js';
import type { Route, UpstreamTimeouts } from '../routes/route.js';

const toBeClosed = closedAfterEach();

const AMPLE: UpstreamTimeouts = { connect: 20_000, headers: 20_000, idle: 20_000, total: undefined };

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

describe('a slow upload', () => {
  const UPLOAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n';
  const breaker = { failures: 1, openMs: 20_000 };

  /** Sends so many bytes every 20 ms, so many times, until there is an answer. */
  async function trickle(front: Front, drops = Infinity, bytesEach = 1): Promise<string> {
    const socket = connect(front.port, '127.0.0.1');
    socket.write(drops === Infinity ? UPLOAD : UPLOAD.replace('100', String(drops * bytesEach)));
    let left = drops;
    const timer = setInterval(() => {
      if (left-- > 0) socket.write('x'.repeat(bytesEach));
    }, 20);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    clearInterval(timer);
    socket.destroy();
    return String(answer);
  }

  it('that takes all the time there is for it is the client’s fault: 408, and the circuit stays closed', async () => {
    const upstream = toBeClosed(
      await startUpstream((request, response) => void request.resume().once('end', () => response.end())),
    );
    const route = aRouteTo([upstream], { timeouts: { ...AMPLE, total: 300 } }, { breaker });
    const front = toBeClosed(await startFront(route));
    expect(statusOf(await trickle(front))).toBe(408);
    expect(statusOf(await raw(front, GET))).toBe(200);
  });

  it('that leaves the upstream the rest of the time only is no strike against it', async () => {
    const upstream = toBeClosed(
      await startUpstream((request, response) => {
        if (request.method === 'GET') response.end();
        else request.resume();
      }),
    );
    const route = aRouteTo([upstream], { timeouts: { ...AMPLE, total: 1_200 } }, { breaker });
    const front = toBeClosed(await startFront(route));
    // One pause of two thirds of the time: a busy machine stretches many short ones beyond all of it.
    const socket = connect(front.port, '127.0.0.1');
    socket.write(`${UPLOAD}x`);
    setTimeout(() => socket.write('x'.repeat(99)), 800);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(statusOf(String(answer))).toBe(504);
    expect(statusOf(await raw(front, GET))).toBe(200);
    expect(front.logs).toContainEqual(expect.objectContaining({ error: 'TIMEOUT_TOTAL' }));
  });

  it('of a moment does not hide that the upstream takes all the time', async () => {
    const upstream = toBeClosed(await startUpstream((request) => void request.resume()));
    const route = aRouteTo([upstream], { timeouts: { ...AMPLE, total: 300 } }, { breaker });
    const front = toBeClosed(await startFront(route));
    expect(statusOf(await raw(front, rawPost('/', [], 'body')))).toBe(504);
    expect(statusOf(await raw(front, GET))).toBe(503);
  });

  describe('without a token', () => {
    /** Twenty-five seconds, for a test. Milliseconds. */
    const SHORT_MS = 200;

    async function anOpenFront(said: Partial<Route>): Promise<Front> {
      const upstream = toBeClosed(
        await startUpstream((request, response) => void request.resume().once('end', () => response.end())),
      );
      const route = aRouteTo([upstream], { timeouts: AMPLE, ...said }, { breaker });
      return toBeClosed(await startFront(route, {}, { anonymousWaitMs: SHORT_MS }));
    }

    it('ends with 408 when it keeps the upstream waiting, although it moves', async () => {
      const front = await anOpenFront({ public: true });
      expect(statusOf(await trickle(front))).toBe(408);
      expect(statusOf(await raw(front, GET))).toBe(200);
    });

    it.each([
      ['the route says how long all of it may take', { public: true, timeouts: { ...AMPLE, total: 20_000 } }],
      ['a token came along', { public: false }],
    ])('goes on where %s', async (_, said) => {
      // More than twice as long as the short time.
      expect(statusOf(await trickle(await anOpenFront(said), 25))).toBe(200);
    });

    it('goes on where it brings a kilobyte a second', async () => {
      const front = await anOpenFront({ public: true });
      expect(statusOf(await trickle(front, 25, 100))).toBe(200);
    });

    it('that has arrived does not end an answer which takes longer', async () => {
      const upstream = toBeClosed(
        await startUpstream(
          (request, response) =>
            void request.resume().once('end', () => setTimeout(() => response.end(), SHORT_MS * 2)),
        ),
      );
      const route = aRouteTo([upstream], { public: true, timeouts: AMPLE });
      const front = toBeClosed(await startFront(route, {}, { anonymousWaitMs: SHORT_MS }));
      expect(statusOf(await raw(front, rawPost('/', [], 'body')))).toBe(200);
    });
  });
});
