import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  anybodyAt,
  type Front,
  aRouteTo,
  closedAfterEach,
  startFront,
  until,
} from '../../../../test/support/gateway-front.js';
import { raw, rawPost, statusOf } from '../../../../test/support/raw.js';
import {
  type UpstreamServer,
  startRawUpstream,
  startUpstream,
} from '../../../../test/support/upstream-server.js';
import type { UpstreamTimeouts } from '../routes/route.js';

const toBeClosed = closedAfterEach();

const AMPLE: UpstreamTimeouts = { connect: 20_000, headers: 20_000, idle: 20_000, total: undefined };

/** A route whose time is ample but for what is said. */
async function aFront(upstream: UpstreamServer, timeouts: Partial<UpstreamTimeouts>): Promise<Front> {
  return toBeClosed(await startFront(aRouteTo([upstream], { timeouts: { ...AMPLE, ...timeouts } })));
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

describe('time', () => {
  it('for the connection ends with 504', async () => {
    // Accepts, and never answers the TLS handshake.
    const upstream = toBeClosed(await startRawUpstream(() => undefined));
    const silent = { ...upstream, origin: `https://127.0.0.1:${upstream.port}` };
    const front = await aFront(silent, { connect: 100 });
    expect(statusOf(await raw(front, GET))).toBe(504);
    expect(front.logs).toContainEqual(expect.objectContaining({ error: 'UND_ERR_CONNECT_TIMEOUT' }));
    await until(() => front.pools.choose(anybodyAt(aRouteTo([silent]))).inFlight === 0, 'its place');
  });

  it('for the header of the answer ends with 504, and ends the upstream’s work', async () => {
    const upstream = toBeClosed(await startUpstream(() => undefined));
    const front = await aFront(upstream, { headers: 100 });
    const answer = await raw(front, GET);
    expect(statusOf(answer)).toBe(504);
    expect(answer).not.toContain(String(upstream.port));
    await until(() => upstream.connections.size === 0, 'the connection to close');
  });

  it('for the header is not used up by interim answers', async () => {
    const upstream = toBeClosed(
      await startRawUpstream((socket) => {
        const interim = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 20);
        socket.once('close', () => clearInterval(interim));
      }),
    );
    expect(statusOf(await raw(await aFront(upstream, { headers: 150 }), GET))).toBe(504);
  });

  it('for the header begins when the whole request is sent', async () => {
    const upstream = toBeClosed(
      await startUpstream((request, response) => {
        request.resume().once('end', () => response.end('taken'));
      }),
    );
    const front = await aFront(upstream, { headers: 100 });
    const socket = connect(front.port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 6\r\n\r\n');
    for (const byte of '012345') {
      await sleep(50);
      socket.write(byte);
    }
    const [answer] = await once(socket, 'data');
    expect(statusOf(String(answer))).toBe(200);
    socket.destroy();
  });

  it('for the header is over when the answer began before the request ended', async () => {
    const upstream = toBeClosed(
      await startUpstream((request, response) => {
        response.write('begin');
        request.resume().once('end', () => setTimeout(() => response.end(' end'), 400));
      }),
    );
    const front = await aFront(upstream, { headers: 150 });
    const socket = connect(front.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += String(chunk)));
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n0');
    await until(() => answer.includes('begin'), 'the answer to begin');
    socket.write('1');
    await until(() => socket.closed || answer.endsWith('0\r\n\r\n'), 'the answer to end');
    expect(answer).toContain(' end');
    socket.destroy();
  });

  it('without movement of an answer breaks it off', async () => {
    const upstream = toBeClosed(await startUpstream((_, response) => response.write('begin')));
    const front = await aFront(upstream, { idle: 100 });
    await expect((await fetch(front.origin)).text()).rejects.toThrow(/terminated/);
    expect(front.logs).toContainEqual(expect.objectContaining({ error: 'TIMEOUT_UPSTREAM' }));
    await until(() => upstream.connections.size === 0, 'the connection to close');
  });

  it('does not end an answer that moves, however long it takes', async () => {
    const upstream = toBeClosed(
      await startUpstream((_, response) => {
        let events = 0;
        const ticking = setInterval(() => {
          response.write('.');
          events += 1;
          if (events < 10) return;
          clearInterval(ticking);
          response.end();
        }, 40);
      }),
    );
    const front = await aFront(upstream, { idle: 200, headers: 200 });
    expect(await (await fetch(front.origin)).text()).toBe('.'.repeat(10));
  });

  it('outlives that of the server’s own sockets', async () => {
    const upstream = toBeClosed(
      await startUpstream((_, response) => {
        response.write('begin');
        setTimeout(() => response.end(' end'), 400);
      }),
    );
    const front = await aFront(upstream, {});
    front.server.setTimeout(100);
    expect(await (await fetch(front.origin)).text()).toBe('begin end');
  });

  it('of the server’s sockets counts again between two requests', async () => {
    const upstream = toBeClosed(await startUpstream((_, response) => response.end('x')));
    const front = await aFront(upstream, {});
    front.server.keepAliveTimeout = 100;
    const socket = connect(front.port, '127.0.0.1').resume();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    // Node gives its clients a second more than it tells them.
    const closed = once(socket, 'close').then(() => 'closed');
    expect(await Promise.race([closed, sleep(3_000)])).toBe('closed');
  });

  it('without movement because of a client that does not read frees the upstream', async () => {
    const upstream = toBeClosed(
      await startUpstream((_, response) => response.end('x'.repeat(64 * 1024 * 1024))),
    );
    const front = await aFront(upstream, { idle: 200 });
    const socket = connect(front.port, '127.0.0.1').pause();
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => upstream.connections.size === 1, 'the request');
    await until(() => upstream.connections.size === 0, 'the connection to close');
    expect(front.logs).toContainEqual(expect.objectContaining({ error: 'TIMEOUT_CLIENT' }));
    socket.destroy();
  });

  it('without movement of a request is the client’s fault when the upstream takes all there is: 408', async () => {
    const upstream = toBeClosed(await startUpstream((request) => void request.resume()));
    const front = await aFront(upstream, { idle: 100 });
    const answer = await raw(front, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nbegin');
    expect(statusOf(answer)).toBe(408);
  });

  it('without movement of a request is the upstream’s fault when it takes nothing: 504', async () => {
    const upstream = toBeClosed(await startRawUpstream((socket) => void socket.pause()));
    const front = await aFront(upstream, { idle: 200 });
    const body = 'x'.repeat(32 * 1024 * 1024);
    expect(statusOf(await raw(front, rawPost('/', [], body)))).toBe(504);
  });

  it('for the whole exchange ends with 504 before the answer, and breaks it off after', async () => {
    const silent = toBeClosed(await startUpstream(() => undefined));
    expect(statusOf(await raw(await aFront(silent, { total: 100 }), GET))).toBe(504);
    const upstream = toBeClosed(
      await startUpstream((_, response) => {
        const ticking = setInterval(() => response.write('.'), 20);
        response.once('close', () => clearInterval(ticking));
      }),
    );
    const front = await aFront(upstream, { total: 200 });
    await expect((await fetch(front.origin)).text()).rejects.toThrow(/terminated/);
    await until(() => upstream.connections.size === 0, 'the connection to close');
  });
});
