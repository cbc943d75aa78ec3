import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RouteEntry } from '../../../src/modules/gateway/routes/file/route-entry.js';
import { freePort } from '../../support/free-port.js';
import { type Answer, bearer, call } from '../../support/http.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/upstream-recorder.js';

const HOUR = 3600;

describe('the limits of a route', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;
  let token: string;

  beforeAll(async () => {
    upstream = await startRecordingUpstream((_request, response) =>
      response.setHeader('RateLimit', '"mine";r=9;t=9').end('answered'),
    );
  });

  beforeEach(() => upstream.forget());
  afterEach(() => gateway?.close());
  afterAll(() => upstream?.close());

  /** A gateway with one route under `/limited`, in the first half of an hour. */
  async function startWith(
    limits: Partial<RouteEntry>,
    environment: Record<string, string> = {},
  ): Promise<void> {
    const routes = [
      { id: 'limited', path: '/limited/**', upstream: upstream.origin, ...limits },
      { id: 'free', path: '/free', upstream: upstream.origin },
    ];
    gateway = await startRoutedGateway(routes, { environment });
    gateway.clock.advance(HOUR - (gateway.clock.seconds() % HOUR) + 10);
    token = await gateway.tokenFor('orders:read');
  }

  function ask(path = '/limited/a', method = 'GET'): Promise<Answer> {
    return bearer(gateway, token, path, { method });
  }

  it('let exactly as many requests reach the upstream as the quota says, of those that come at once', async () => {
    await startWith({ quotas: [{ limit: 40, per: 'hour', by: 'client' }] });
    const statuses = (await Promise.all(Array.from({ length: 100 }, () => ask()))).map(
      ({ status }) => status,
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(40);
    expect(statuses.filter((status) => status === 429)).toHaveLength(60);
    expect(upstream.requests).toHaveLength(40);
  });

  it('are told in every answer, in place of what the upstream says of its own', async () => {
    await startWith({ quotas: [{ limit: 2, per: 'hour', by: 'user' }] });
    const { status, headers } = await ask();
    expect(status).toBe(200);
    expect(headers.get('RateLimit-Policy')).toBe('"hour";q=2;w=3600');
    expect(headers.get('RateLimit')).toMatch(/^"hour";r=1;t=3[45]\d\d$/);
  });

  it('refuse with a problem, Retry-After and the same fields, until the window ends', async () => {
    await startWith({ quotas: [{ limit: 1, per: 'hour', by: 'user' }] });
    await ask();
    const { status, headers, json } = await ask();
    expect(status).toBe(429);
    expect(json).toMatchObject({ title: 'Too Many Requests', status: 429, detail: expect.any(String) });
    expect(headers.get('Content-Type')).toContain('application/problem+json');
    expect(headers.get('RateLimit')).toBe(`"hour";r=0;t=${headers.get('Retry-After')}`);
    expect(upstream.requests).toHaveLength(1);

    gateway.clock.advance(Number(headers.get('Retry-After')));
    token = await gateway.tokenFor('orders:read');
    expect((await ask()).status).toBe(200);
  });

  it('count no request that is refused for another reason', async () => {
    await startWith({
      scopes: { DELETE: ['admin:all'], '*': ['orders:read'] },
      quotas: [{ limit: 1, per: 'hour', by: 'route' }],
    });
    expect((await ask('/limited/a', 'DELETE')).status).toBe(403);
    expect((await call(gateway, '/limited/a')).status).toBe(401);
    expect((await ask('/limited/a;b')).status).toBe(400);
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(429);
  });

  it('smooth what comes in a burst', async () => {
    await startWith({ spike_arrest: '10/minute' });
    const statuses: number[] = [];
    for (let time = 0; time < 5; time++) statuses.push((await ask()).status);
    expect(statuses).toEqual([200, 200, 429, 429, 429]);
    const { headers } = await ask();
    expect(Number(headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
    expect(Number(headers.get('Retry-After'))).toBeLessThanOrEqual(6);
    expect(headers.get('RateLimit-Policy')).toBe('"spike-minute";q=10;w=60');
  });

  it('count everybody on a public route by address', async () => {
    await startWith(
      { public: true, quotas: [{ limit: 1, per: 'hour', by: 'client' }] },
      { TRUSTED_PROXIES: '127.0.0.1' },
    );
    const from = (ip: string) => call(gateway, '/limited/a', { headers: { 'X-Forwarded-For': ip } });
    expect((await from('198.51.100.1')).status).toBe(200);
    expect((await from('198.51.100.1')).status).toBe(429);
    expect((await from('198.51.100.2')).status).toBe(200);
    expect((await from('2001:db8::1')).status).toBe(200);
    expect((await from('2001:db8::2')).status).toBe(429);
  });

  it('count one address once, whatever ports and notations it comes in', async () => {
    await startWith(
      { public: true, quotas: [{ limit: 3, per: 'hour', by: 'client' }] },
      { TRUSTED_PROXIES: '127.0.0.1' },
    );
    const statuses: number[] = [];
    for (const entry of [
      '8.8.8.8:1001',
      '8.8.8.8:1002',
      '::ffff:8.8.8.8',
      '64:ff9b::808:808',
      '8.8.8.8:1005',
    ]) {
      const headers = { 'X-Forwarded-For': entry };
      statuses.push((await call(gateway, '/limited/a', { headers })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    const sent = upstream.requests.map(
      ({ rawHeaders }) => rawHeaders[rawHeaders.indexOf('X-Forwarded-For') + 1],
    );
    expect(sent).toEqual(['8.8.8.8', '8.8.8.8', '8.8.8.8']);
  });

  it('keep their counts when the routes are read again', async () => {
    const quotas = [{ limit: 2, per: 'hour' as const, by: 'client' as const }];
    await startWith({ quotas });
    expect((await ask()).headers.get('RateLimit')).toContain('r=1');
    const again = {
      id: 'limited',
      path: '/limited/**',
      upstream: upstream.origin,
      scopes: ['orders:read'],
      quotas,
    };
    gateway.write([again]);
    await expect.poll(async () => (await ask('/free')).status, { timeout: 10_000 }).toBe(404);
    expect((await ask()).headers.get('RateLimit')).toContain('r=0');
    expect((await ask()).status).toBe(429);
  });

  it('are 503 with Retry-After while Redis cannot be used, and nothing else is', async () => {
    await startWith(
      { quotas: [{ limit: 1000, per: 'hour', by: 'client' }] },
      { REDIS_URL: `redis://127.0.0.1:${await freePort()}` },
    );
    for (let time = 0; time < 3; time++) {
      const { status, headers, json } = await ask();
      expect(status).toBe(503);
      expect(headers.get('Retry-After')).toBe('2');
      expect(json).toMatchObject({ title: 'Service Unavailable', status: 503 });
    }
    expect(upstream.requests).toHaveLength(0);
    expect((await ask('/free')).status).toBe(200);
    expect((await call(gateway, '/health/ready')).status).toBe(200);
    expect(gateway.logs.filter((line) => line.includes('Redis cannot be used'))).toHaveLength(1);
  });
});
