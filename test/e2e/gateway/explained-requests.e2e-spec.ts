import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExplanationAnswer } from '../../../src/modules/gateway/http/explanation.dto.js';
import { explanationOf } from '../../support/explanation.js';
import { signIn } from '../../support/http.js';
import { answerOf, raw } from '../../support/raw.js';
import { type RoutedGateway, SCOPES, startRoutedGateway } from '../../support/routed-gateway.js';
import { ADMINISTRATOR, FIRST_CLIENT } from '../../support/server.js';
import {
  type RecordingUpstream,
  lastOf,
  startRecordingUpstream,
  valuesAt,
} from '../../support/upstream-recorder.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

const TARGETS = [
  ...[
    '/orders',
    '/orders/',
    '/orders/7',
    '/orders/7/',
    '/orders/7/lines',
    '/orders/7?a=/../b',
    '/orders/7/events',
    '/Orders/7',
  ],
  ...[
    '/orders/%37',
    '/orders/a%2fb',
    '/orders/../admin',
    '/orders//7',
    '/orders/7;v=1',
    '/orders/%',
    '/orders/%c3%a9',
    '/orders/*',
  ],
  ...[
    '/shop',
    '/shop/items/7',
    '/shop/secret',
    '/shop/secret/7',
    '/shop/Secret',
    '/shopping',
    '/open',
    '/open/a/b/c',
    '/',
    '/other',
  ],
  ...[
    '/token',
    '/health/live',
    '/admin/routes',
    '/admin/clients/x',
    '/admin/nothing',
    '/docs',
    '/.well-known/jwks.json',
    '/api/resources',
  ],
  ...['orders/7', '*', '/orders/7#x', `/orders/${'a'.repeat(1_000)}`],
];

describe('GET /admin/routes/explain', () => {
  let upstream: RecordingUpstream;
  let gateway: RoutedGateway;
  let administration: string;
  let mighty: string;
  let weak: string;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    const to = upstream.origin;
    gateway = await startRoutedGateway([
      {
        id: 'orders',
        path: '/orders/**',
        methods: ['GET', 'POST'],
        scopes: { GET: ['orders:read'], '*': ['orders:write'] },
        upstream: to,
      },
      { id: 'delete', path: '/orders/**', methods: ['DELETE'], scopes: ['admin:all'], upstream: to },
      {
        id: 'events',
        path: '/orders/*/events',
        methods: ['GET'],
        audience: 'https://events.example',
        upstream: to,
      },
      {
        id: 'shop',
        path: '/shop/**',
        scopes: ['orders:read'],
        upstream: { targets: [to], strip_prefix: '/shop', add_prefix: '/v2' },
      },
      { id: 'secret', path: '/shop/secret', scopes: ['admin:all', 'orders:read'], upstream: to },
      { id: 'open', path: '/open/**', public: true, upstream: to },
      { id: 'kong', path: '/open/a/**', identity: 'kong', upstream: to },
    ]);
    administration = (await signIn(gateway, FIRST_CLIENT, ADMINISTRATOR, 'routes:read')).json.access_token;
    mighty = await gateway.tokenFor(SCOPES.join(' '));
    weak = await gateway.tokenFor('profile');
  });

  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  async function explained(method: string, target: string): Promise<ExplanationAnswer> {
    return explanationOf(gateway, administration, method, target);
  }

  async function asked(method: string, target: string, token: string) {
    upstream.forget();
    const fields = ['Host: a', 'Connection: close', `Authorization: Bearer ${token}`].join('\r\n');
    return answerOf(await raw(gateway, `${method} ${target} HTTP/1.1\r\n${fields}\r\n\r\n`));
  }

  it.each(TARGETS)('says what becomes of every method at %s', async (target) => {
    for (const method of METHODS) {
      const { forwarded, refused, path } = await explained(method, target);
      const answer = await asked(method, target, mighty);
      const place = `${method} ${target}`;
      if (forwarded !== null) {
        expect(answer.status, place).toBe(200);
        const query = target.includes('?') ? target.slice(target.indexOf('?')) : '';
        expect(lastOf(upstream).line).toBe(`${method} ${forwarded.upstream_path}${query}`);
        expect(forwarded.targets).toEqual([upstream.origin]);
        expect(valuesAt(lastOf(upstream), 'X-Identity')).toHaveLength(
          forwarded.identity === 'assertion' ? 1 : 0,
        );
        const { status, headers } = await asked(method, target, weak);
        if (forwarded.scopes.length === 0) expect(status, place).toBe(200);
        else {
          expect([status, upstream.requests.length], place).toEqual([403, 0]);
          expect(headers.get('WWW-Authenticate')).toContain(`scope="${forwarded.scopes.join(' ')}"`);
        }
        const anonymous = await asked(method, target, 'x');
        expect(anonymous.status, place).toBe(forwarded.public ? 200 : 401);
      } else {
        expect(upstream.wire, place).toBe('');
        if (refused!.status === null) {
          // This server answers itself, and its own guard decides.
          expect(path).not.toBeNull();
          expect([200, 204, 400, 401, 403, 404, 405], place).toContain(answer.status);
        } else {
          expect(answer.status, place).toBe(refused!.status);
          expect(answer.headers.get('Allow'), place).toBe(refused!.allow);
          // What is no request target at all is refused before the gateway looks at it.
          if (method !== 'HEAD' && refused!.status !== 400)
            expect(answer.json.detail, place).toBe(refused!.detail);
        }
      }
    }
  });

  it('says all of that of some request each', async () => {
    const explanations = await Promise.all(TARGETS.map((target) => explained('GET', target)));
    const routes = new Set(explanations.map(({ forwarded }) => forwarded?.route));
    expect(routes).toEqual(new Set(['orders', 'events', 'shop', 'secret', 'open', 'kong', undefined]));
    const statuses = new Set(explanations.map(({ refused }) => refused?.status));
    expect(statuses).toEqual(new Set([undefined, null, 400, 404]));
    expect((await explained('PUT', '/orders/7')).refused).toMatchObject({
      status: 405,
      allow: 'DELETE, GET, HEAD, POST',
    });
  });
});
