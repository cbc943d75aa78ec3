import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../support/http.js';
import { raw } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { type UpstreamServer, startUpstream } from '../../support/upstream-server.js';

const FIELDS = 'Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
const HANDSHAKE = `${FIELDS}Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

describe('a handshake behind a request that is still being answered', () => {
  let upstream: UpstreamServer;
  let gateway: RoutedGateway;

  beforeAll(async () => {
    upstream = await startUpstream((request, response) => {
      setTimeout(() => response.end(`answered ${request.url}`), 50);
    });
    gateway = await startRoutedGateway([
      { id: 'open', path: '/open/**', public: true, websocket: true, upstream: upstream.origin },
    ]);
  });

  afterAll(async () => {
    await gateway?.close();
    await upstream?.close();
  });

  it.each<[string, string, string]>([
    ['a path of this server', '/health/live', '/open/second'],
    ['a path of this server, and no route', '/health/live', '/nowhere'],
    ['another call of the upstream', '/open/first', '/open/second'],
  ])('is no handshake, and ends nothing: %s', async (_, first, second) => {
    const answers = await raw(
      gateway,
      `GET ${first} HTTP/1.1\r\nHost: a\r\n\r\nGET ${second} HTTP/1.1\r\n${HANDSHAKE}`,
      { timeoutMs: 1_000 },
    );
    expect(answers.match(/^HTTP\/1\.1 \d+/gm)?.[0]).toBe('HTTP/1.1 200');
    expect(answers).not.toContain('HTTP/1.1 101');
    if (second.startsWith('/open')) expect(answers).toContain('answered /open/second');
    expect(await call(gateway, '/health/live')).toMatchObject({ status: 200 });
  });

  it('is one again once the answer is whole', async () => {
    const answers = await raw(gateway, `GET /open/second HTTP/1.1\r\n${HANDSHAKE}`, { timeoutMs: 1_000 });
    // The upstream knows nothing of WebSockets and answers as to any GET.
    expect(answers).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(await call(gateway, '/open/third')).toMatchObject({ status: 200, text: 'answered /open/third' });
  });
});
