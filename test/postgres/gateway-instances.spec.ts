import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Administration, administrationOf } from '../support/administration.js';
import { type Deployment, type Instance, aDeployment } from '../support/deployment.js';
import { type Answer, bearer, post, refresh, signIn } from '../support/http.js';
import type { TestClient, TestPerson } from '../support/mothers.js';
import { aRegisteredClient, aRegisteredPerson } from '../support/mothers-over-http.js';
import { HAS_REDIS_SERVER, type RedisServer, aRedisServer } from '../support/redis.js';
import { type RecordingUpstream, startRecordingUpstream } from '../support/upstream-recorder.js';
import { expectInvalidToken } from '../support/verdicts.js';
import { type WebSocketUpstream, startWebSocketUpstream } from '../support/web-socket.js';

const SCOPE = 'orders:read orders:write profile';
const LIMIT = 60;

interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** Two gateways with one database and one Redis, in front of one upstream. */
describe.skipIf(!HAS_REDIS_SERVER)('two instances of the gateway', () => {
  let upstream: RecordingUpstream;
  let events: WebSocketUpstream;
  let redis: RedisServer;
  let folder: string;
  let deployment: Deployment;
  let a: Instance;
  let b: Instance;
  let administration: Administration;
  let client: TestClient;
  let person: TestPerson;

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    events = await startWebSocketUpstream();
    redis = await aRedisServer();
    folder = mkdtempSync(join(tmpdir(), 'grantway-routes-'));
    const file = join(folder, 'routes.yaml');
    writeFileSync(file, JSON.stringify({ routes: routes() }));
    deployment = await aDeployment({
      ROLES: 'identity,oauth,gateway',
      ROUTES_FILE: file,
      REDIS_URL: redis.url,
    });
    [a, b] = await Promise.all([deployment.start(), deployment.start()]);
    administration = await administrationOf(a);
    client = await aRegisteredClient(administration, { scope: SCOPE });
    person = await aRegisteredPerson(administration);
  });

  afterAll(async () => {
    await deployment.close();
    await Promise.all([upstream, events, redis].map((server) => server.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => upstream.forget());

  function routes() {
    const to = upstream.origin;
    return [
      {
        id: 'orders',
        path: '/orders/**',
        scopes: { GET: ['orders:read'], '*': ['orders:write'] },
        upstream: to,
      },
      { id: 'few', path: '/few/**', upstream: to, quotas: [{ limit: LIMIT, per: 'day', by: 'client' }] },
      {
        id: 'events',
        path: '/events/**',
        audience: 'https://events.example',
        websocket: true,
        upstream: events.origin,
      },
    ];
  }

  const ask = (instance: Instance, token: string, path = '/orders/7', method = 'GET'): Promise<Answer> =>
    bearer(instance, token, path, { method });

  /** A sign-in whose token both instances have let through, so that neither has it to learn. */
  async function knownTokens(asking = client, signingIn = person): Promise<Tokens> {
    const { json } = await signIn(a, asking, signingIn, SCOPE);
    for (const instance of [a, b, a, b]) {
      expect((await ask(instance, json.access_token)).status).toBe(200);
      expect((await ask(instance, json.access_token, '/orders/7', 'POST')).status).toBe(200);
    }
    upstream.forget();
    return json;
  }

  describe('what one is told, the other goes by for the next forwarded call', () => {
    async function expectRefused(tokens: Tokens): Promise<void> {
      expectInvalidToken(await ask(b, tokens.access_token));
      expectInvalidToken(await ask(a, tokens.access_token));
      expect(upstream.requests).toEqual([]);
    }

    it.each(['jwt', 'opaque'])('when a sign-in is revoked (%s)', async (format) => {
      const asking = await aRegisteredClient(administration, { scope: SCOPE, access_token_format: format });
      const tokens = await knownTokens(asking);
      const bystander = await knownTokens(asking);
      expect((await post(a, '/revoke', asking, { token: tokens.refresh_token })).status).toBe(200);
      await expectRefused(tokens);
      expect((await ask(b, bystander.access_token)).status).toBe(200);
    });

    it.each(['jwt', 'opaque'])(
      'when one access token is revoked, whose sign-in goes on (%s)',
      async (format) => {
        const asking = await aRegisteredClient(administration, { scope: SCOPE, access_token_format: format });
        const tokens = await knownTokens(asking);
        expect((await post(a, '/revoke', asking, { token: tokens.access_token })).status).toBe(200);
        await expectRefused(tokens);
        const next = (await refresh(b, asking, tokens.refresh_token)).json;
        expect((await ask(b, next.access_token)).status).toBe(200);
      },
    );

    it('when a person is disabled', async () => {
      const leaver = await aRegisteredPerson(administration);
      const tokens = await knownTokens(client, leaver);
      await administration('PATCH', `/admin/users/${leaver.sub}`, { status: 'disabled' });
      await expectRefused(tokens);
    });

    it('when a client is disabled', async () => {
      const asking = await aRegisteredClient(administration, { scope: SCOPE });
      const tokens = await knownTokens(asking);
      await administration('PATCH', `/admin/clients/${asking.id}`, { status: 'disabled' });
      await expectRefused(tokens);
    });

    it('when a client loses a scope', async () => {
      const asking = await aRegisteredClient(administration, { scope: SCOPE });
      const { access_token: token } = await knownTokens(asking);
      await administration('PATCH', `/admin/clients/${asking.id}`, { scope: 'orders:read' });
      expect((await ask(b, token, '/orders/7', 'POST')).status).toBe(403);
      expect(upstream.requests).toEqual([]);
      expect((await ask(b, token)).status).toBe(200);
    });

    it('and for a WebSocket that is open, within seconds', async () => {
      const tokens = await knownTokens();
      const socket = new WebSocket(`${b.origin.replace('http', 'ws')}/events/7`, {
        headers: { Authorization: `Bearer ${tokens.access_token}` },
      });
      await once(socket, 'open');
      const began = performance.now();
      expect((await post(a, '/revoke', client, { token: tokens.refresh_token })).status).toBe(200);
      const [code] = (await once(socket, 'close')) as [number];
      expect(code).toBe(1008);
      expect(performance.now() - began).toBeLessThan(8_000);
    });
  });

  describe('a quota', () => {
    it('lets through exactly what it says, over both at once', async () => {
      const asking = await aRegisteredClient(administration, { scope: SCOPE });
      const { access_token: token } = (await signIn(a, asking, person, SCOPE)).json;
      const answers = await Promise.all(
        Array.from({ length: 2 * LIMIT }, (_, at) => ask(at % 2 === 0 ? a : b, token, '/few/7')),
      );
      const refused = answers.filter(({ status }) => status === 429);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(LIMIT);
      expect(refused).toHaveLength(LIMIT);
      expect(upstream.requests).toHaveLength(LIMIT);
      for (const { headers } of refused) {
        expect(Number(headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
        expect(headers.get('RateLimit')).toMatch(/;r=0;t=\d+$/);
      }
    });

    it('is each client’s own, and outlives the instance that counted', async () => {
      const [first, second] = [
        await aRegisteredClient(administration, { scope: SCOPE }),
        await aRegisteredClient(administration, { scope: SCOPE }),
      ];
      const spent = (await signIn(a, first, person, SCOPE)).json.access_token;
      const other = (await signIn(a, second, person, SCOPE)).json.access_token;
      const third = await deployment.start();
      const answers = await Promise.all(Array.from({ length: LIMIT }, () => ask(third, spent, '/few/7')));
      expect(answers.map(({ status }) => status)).toEqual(Array(LIMIT).fill(200));
      await third.kill();
      for (const instance of [a, b]) {
        expect((await ask(instance, spent, '/few/7')).status).toBe(429);
        expect((await ask(instance, other, '/few/7')).status).toBe(200);
      }
    });
  });
});
