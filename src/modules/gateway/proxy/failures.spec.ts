import { describe, expect, it } from 'vitest';
import { type Front, aRouteTo, closedAfterEach, startFront } from '../../../../test/support/gateway-front.js';
import { raw, statusOf } from '../../../../test/support/raw.js';
import {
  type UpstreamServer,
  startCannedUpstream,
  startRawUpstream,
} from '../../../../test/support/upstream-server.js';

const toBeClosed = closedAfterEach();

async function aFront(upstream: UpstreamServer): Promise<Front> {
  return toBeClosed(await startFront(aRouteTo([upstream])));
}

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

describe('an upstream', () => {
  it.each([
    ['that closes without an answer', (): string => ''],
    ['that answers no HTTP', (): string => 'SSH-2.0-OpenSSH\r\n'],
    ['whose header is endless', (): string => `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(64 * 1024)}\r\n\r\n`],
    [
      'that switches protocols unasked',
      (): string => 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
    [
      'that frames its answer twice',
      (): string =>
        'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ],
  ])('%s is a 502 that says nothing of it', async (_, answer) => {
    const upstream = toBeClosed(
      await startRawUpstream((socket) => {
        socket.once('data', () => socket.end(answer(), 'latin1'));
      }),
    );
    const front = await aFront(upstream);
    const refusal = await raw(front, GET);
    expect(statusOf(refusal)).toBe(502);
    expect(refusal).not.toMatch(/127\.0\.0\.1|SSH|undici|UND_ERR|HPE/);
    expect(front.logs).toContainEqual(
      expect.objectContaining({ request_id: 'request-1', route: '/**', target: upstream.origin }),
    );
  });

  it('that is not there is a 502', async () => {
    const upstream = await startCannedUpstream('');
    await upstream.close();
    const front = await aFront(upstream);
    expect(statusOf(await raw(front, GET))).toBe(502);
    expect(front.logs).toContainEqual(expect.objectContaining({ error: 'ECONNREFUSED' }));
  });
});
