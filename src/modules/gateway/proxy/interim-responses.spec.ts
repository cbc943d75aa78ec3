import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { aRouteTo } from '../../../../test/support/gateway-front.js';
import { raw, statusOf } from '../../../../test/support/raw.js';
import { startedForOneTest, statusAt } from '../../../../test/support/targets.js';
import { startCannedUpstream, startRawUpstream } from '../../../../test/support/upstream-server.js';

const { toBeClosed, aFront } = startedForOneTest();

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

async function aFrontOf(canned: string) {
  return aFront(aRouteTo([toBeClosed(await startCannedUpstream(canned))]));
}

describe('an interim response that was not asked for (RFC 9110 §15.2)', () => {
  it.each([
    ['100', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['100 with fields', 'HTTP/1.1 100 Continue\r\nServer: a\r\nContent-Length: 7\r\n\r\n'],
    ['102', 'HTTP/1.1 102 Processing\r\n\r\n'],
    ['103', 'HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n'],
    ['a code that nobody knows', 'HTTP/1.1 199 Whatever\r\n\r\n'],
    [
      'several in a row',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
    ],
  ])('is skipped: %s', async (_, interim) => {
    const front = await aFrontOf(interim + OK);
    const answer = await raw(front, GET);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/);
    expect(answer).not.toMatch(/HTTP\/1\.1 1|Link|Server/);
  });

  it('never opens the circuit, and leaves the connection in use', async () => {
    const upstream = toBeClosed(await startCannedUpstream(`HTTP/1.1 100 Continue\r\n\r\n${OK}`));
    const front = await aFront(aRouteTo([upstream], {}, { breaker: { failures: 1, openMs: 10_000 } }));
    for (let nth = 0; nth < 6; nth += 1) expect(await statusAt(front)).toBe(200);
    expect(upstream.accepted).toBe(1);
  });

  it('is skipped in packets of one byte each', async () => {
    const upstream = toBeClosed(
      await startRawUpstream((socket: Socket) => {
        socket
          .setNoDelay(true)
          .once('data', () => void trickle(socket, `HTTP/1.1 100 Continue\r\n\r\n${OK}`));
      }),
    );
    expect(await statusAt(await aFront(aRouteTo([upstream])))).toBe(200);
  });

  it('is skipped before the response to a body', async () => {
    const front = await aFrontOf(`HTTP/1.1 100 Continue\r\n\r\n${OK}`);
    expect(await statusAt(front, { method: 'POST', body: 'x'.repeat(200_000) })).toBe(200);
  });

  it('is no reason to change a body that reads like one', async () => {
    const body = 'HTTP/1.1 100 Continue\r\n\r\n';
    const front = await aFrontOf(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    expect((await raw(front, GET)).endsWith(`\r\n\r\n${body}`)).toBe(true);
  });

  it.each([
    ['without Upgrade', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['with Upgrade', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n'],
  ])('is an error where it switches protocols %s', async (_, interim) => {
    const front = await aFrontOf(interim + OK);
    expect(statusOf(await raw(front, GET))).toBe(502);
  });
});

async function trickle(socket: Socket, bytes: string): Promise<void> {
  for (const byte of bytes) {
    socket.write(byte);
    await wait(1);
  }
}
