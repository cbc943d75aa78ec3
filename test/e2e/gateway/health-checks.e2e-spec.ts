import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { call } from '../../support/http.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { type UpstreamServer, startUpstream } from '../../support/upstream-server.js';

describe('the health checks of the first table', () => {
  let ill: UpstreamServer;
  let gateway: RoutedGateway;
  const asked: string[] = [];

  beforeAll(async () => {
    ill = await startUpstream((request, response) => {
      asked.push(request.url!);
      response.statusCode = 500;
      response.end();
    });
    const upstream = { targets: [ill.origin], health: { path: '/healthy' } };
    gateway = await startRoutedGateway([{ id: 'ill', path: '/ill/**', public: true, upstream }]);
  });

  afterAll(async () => {
    await gateway.close();
    await ill.close();
  });

  it('begin with the process, so that not even the first request goes where nobody is well', async () => {
    await vi.waitFor(
      () => expect(gateway.logs.join('')).toContain('upstream failed its health check'),
      5_000,
    );
    expect((await call(gateway, '/ill/7')).status).toBe(503);
    expect(new Set(asked)).toEqual(new Set(['/healthy']));
  });
});
