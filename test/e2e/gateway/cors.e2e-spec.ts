import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, raw, rawRequest } from '../../support/raw.js';
import { type RoutedGateway, startRoutedGateway } from '../../support/routed-gateway.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/upstream-recorder.js';

const APP = 'https://app.example';

describe('CORS of a route (Fetch Standard §3.2)', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    const to = upstream.origin;
    const cors = {
      ...{ allowed_headers: ['X-Client-Version'], exposed_headers: ['Link', 'X-Total-Count'] },
      ...{ methods: ['GET', 'PURGE'], max_age: '1m' },
    };
    gateway = await startRoutedGateway(
      [
        { id: 'open', path: '/open/**', public: true, methods: ['GET', 'PURGE'], cors, upstream: to },
        { id: 'usual', path: '/usual/**', public: true, upstream: to },
        { id: 'closed', path: '/closed/**', cors: { max_age: '1s' }, upstream: to },
      ],
      { environment: { CORS_ORIGINS: APP, TRUSTED_PROXIES: '127.0.0.1', FORWARD_AUTH_PROXIES: '127.0.0.1' } },
    );
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const ask = async (line: string, ...fields: string[]) =>
    answerOf(await raw(gateway, rawRequest(line, ['Host: localhost', ...fields])));
  const preflight = async (path: string, method: string, origin = APP) =>
    ask(
      `OPTIONS ${path}`,
      'X-Forwarded-For: 203.0.113.9',
      `Origin: ${origin}`,
      `Access-Control-Request-Method: ${method}`,
    );
  const forwardAuth = async (proxy: string, uri: string, ...fields: string[]) =>
    ask(
      `GET /forward-auth/${proxy}`,
      ...[`Origin: ${APP}`, 'X-Forwarded-For: 203.0.113.9', 'X-Forwarded-Host: shop.example'],
      ...['X-Forwarded-Proto: https', 'X-Forwarded-Method: OPTIONS', `X-Forwarded-Uri: ${uri}`, ...fields],
    );

  it('is in its preflights, besides what is allowed everywhere', async () => {
    const { status, headers } = await preflight('/open/x', 'PURGE');
    expect(status).toBe(204);
    expect(headers.get('Access-Control-Allow-Methods')).toBe('GET, PURGE');
    expect(headers.get('Access-Control-Allow-Headers')).toMatch(/Authorization.*, X-Client-Version$/);
    expect(headers.get('Access-Control-Max-Age')).toBe('60');
  });

  it.each([
    ['of another route', '/usual/x', 'GET'],
    ['of no route', '/nowhere', 'GET'],
    ['of a method that the route does not take', '/open/x', 'POST'],
  ])('is not in preflights %s', async (_, path, method) => {
    const { status, headers } = await preflight(path, method);
    expect([status, headers.get('Access-Control-Max-Age')]).toEqual([204, '600']);
    expect(headers.get('Access-Control-Allow-Headers')).not.toContain('X-Client-Version');
  });

  it('says what pages may read of its answers, and of no others', async () => {
    const exposedAt = async (path: string) =>
      (await ask(`GET ${path}`, `Origin: ${APP}`)).headers.get('Access-Control-Expose-Headers');
    expect(await exposedAt('/open/x')).toMatch(/ETag.*, Link, X-Total-Count$/);
    expect(await exposedAt('/usual/x')).not.toContain('Link');
  });

  it('lets no other origin in', async () => {
    const { headers } = await preflight('/open/x', 'GET', 'https://evil.example');
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it.each(['nginx', 'caddy', 'traefik'])('is no way past %s without a token', async (proxy) => {
    const paths = ['/closed/x', '/nowhere', '/closed/%2e%2e/x'];
    for (const path of paths) {
      const fields = proxy === 'nginx' ? [`X-Original-Method: OPTIONS`, `X-Original-URI: ${path}`] : [];
      const { status } = await forwardAuth(proxy, path, 'Access-Control-Request-Method: GET', ...fields);
      expect([path, status]).not.toEqual([path, 200]);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });

  it('is what Envoy is told, whose sub-request is the preflight', async () => {
    const { status, headers } = await preflight('/forward-auth/envoy/closed/x', 'GET');
    expect([status, headers.get('Access-Control-Max-Age')]).toEqual([204, '1']);
  });
});
