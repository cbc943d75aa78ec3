import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Limits } from '../../src/modules/gateway/limits/limits.js';
import { RedisWindowCounters } from '../../src/platform/counters/redis-window-counters.js';
import type { Quota } from '../../src/modules/gateway/routes/route.js';
import { EncryptionKey } from '../../src/platform/crypto/encryption-key.js';
import { type Verdict, aCaller, aLimitedRoute, countOf, limitsWith, verdictOf } from '../support/limits.js';
import { REDIS_URL, type TestConnection, aConnection, askRedis } from '../support/redis.js';

const KEY = randomBytes(32);
const A_DAY: Quota = { limit: 100, per: 'day', by: 'client' };

describe.skipIf(REDIS_URL === undefined)('instances that count in one Redis (TEST_REDIS_URL)', () => {
  const url = REDIS_URL!;
  const mark = randomBytes(8).toString('hex');
  let connections: TestConnection[];
  let instances: Limits[];
  let routes = 0;

  beforeAll(async () => {
    connections = await Promise.all([aConnection(url), aConnection(url)]);
    const key = new EncryptionKey({ key: KEY, dataDir: '' });
    instances = connections.map(({ connection }) =>
      limitsWith(new RedisWindowCounters(connection, 'quota', key)),
    );
  });

  afterAll(async () => {
    for (const { connection } of connections) connection.onApplicationShutdown();
    const keys = await keysOf(mark);
    if (keys.length > 0) await askRedis(url, 'DEL', ...keys);
  });

  it('let exactly 100 of 200 pass that arrive at both together', async () => {
    const route = aRoute([A_DAY]);
    const verdicts = await volley(200, (limits) => limits.admit(route, aCaller({})));
    expect(countOf(verdicts)).toEqual({ admitted: 100, throttled: 100, unavailable: 0 });
    const [key] = await keysOf(route.id);
    expect(await askRedis(url, 'HGET', key!, 'used')).toBe('100');
  });

  it('let exactly 100 of 400 pass in two processes', { timeout: 60_000 }, async () => {
    const { id } = aRoute([A_DAY]);
    const racers = [aRacer(id), aRacer(id)];
    try {
      for (const { says } of racers) expect((await says.next()).value).toBe('ready');
      for (const { child } of racers) child.stdin!.write('go\n');
      const counts = await Promise.all(
        racers.map(async ({ says }) => JSON.parse((await says.next()).value) as Record<string, number>),
      );
      expect(counts.reduce((sum, { admitted }) => sum + admitted!, 0)).toBe(100);
      expect(counts.reduce((sum, { throttled }) => sum + throttled!, 0)).toBe(300);
    } finally {
      await Promise.all(racers.map(({ child, ended }) => (child.kill('SIGKILL'), ended)));
    }
  });

  it('take nothing of a quota when another refuses, in however many requests at once', async () => {
    const route = aRoute([A_DAY, { limit: 10, per: 'day', by: 'user' }]);
    const people = ['alice', 'bob', 'carol'];
    const verdicts = await volley(300, (limits, at) =>
      limits.admit(route, aCaller({ sub: people[at % 3]! })),
    );
    expect(countOf(verdicts)).toEqual({ admitted: 30, throttled: 270, unavailable: 0 });
    const used = await Promise.all((await keysOf(route.id)).map((key) => askRedis(url, 'HGET', key, 'used')));
    expect(used.toSorted()).toEqual(['10', '10', '10', '30']);
  });

  it('report the same count and the same end of the window', async () => {
    const route = aRoute([A_DAY]);
    const headers: Record<string, string>[] = [];
    for (const limits of [...instances, ...instances]) headers.push(await limits.admit(route, aCaller({})));
    expect(headers.map(({ RateLimit }) => RateLimit!.split(';')[1])).toEqual([
      'r=99',
      'r=98',
      'r=97',
      'r=96',
    ]);
    const untilMidnight = 86_400 - (Math.floor(Date.now() / 1000) % 86_400);
    for (const { RateLimit } of headers) {
      expect(Math.abs(Number(/t=(\d+)/.exec(RateLimit!)![1]) - untilMidnight)).toBeLessThanOrEqual(2);
    }
  });

  it('keep nobody’s name or address in Redis, and nothing for longer than its window', async () => {
    const route = aRoute([
      A_DAY,
      { limit: 5, per: 'minute', by: 'user' },
      { limit: 5, per: 'hour', by: 'claim:email' },
    ]);
    const caller = aCaller({
      sub: 'alice-in-clear',
      client_id: 'app-in-clear',
      email: 'alice@clear.example',
    });
    await instances[0]!.admit(route, caller);
    await instances[0]!.admit({ ...route, public: true }, aCaller(undefined, '203.0.113.77'));
    const keys = await keysOf(route.id);
    expect(keys).toHaveLength(6);
    for (const key of keys) {
      expect(key).toMatch(/^grantway:quota:\{[^}]+\}:[\w-]{22}$/);
      expect(key).not.toMatch(/alice|app-in-clear|203\.0|clear\.example/);
      const seconds = Number(await askRedis(url, 'TTL', key));
      expect(seconds).toBeGreaterThanOrEqual(0);
      expect(seconds).toBeLessThanOrEqual(key.includes('minute') ? 60 : key.includes('hour') ? 3600 : 86_400);
    }
  });

  it('begin anew with the next window, and not because a key has expired or not', async () => {
    const route = aRoute([{ ...A_DAY, limit: 1 }]);
    await instances[0]!.admit(route, aCaller({}));
    const [key] = await keysOf(route.id);
    const end = Number(await askRedis(url, 'HGET', key!, 'ends_at'));
    expect(end % 86_400).toBe(0);
    // Yesterday's window, which Redis has not removed yet; what this instance counted was another day as well.
    await askRedis(url, 'HSET', key!, 'ends_at', String(end - 86_400));
    const fresh = limitsWith(
      new RedisWindowCounters(
        connections[0]!.connection,
        'quota',
        new EncryptionKey({ key: KEY, dataDir: '' }),
      ),
    );
    expect(await verdictOf(fresh.admit(route, aCaller({})))).toMatchObject({ is: 'admitted' });
    expect(await askRedis(url, 'HGET', key!, 'ends_at')).toBe(String(end));
    expect(await verdictOf(fresh.admit(route, aCaller({})))).toMatchObject({ is: 'throttled' });
  });

  it('stay in a window that has begun when the clock of Redis is set back', async () => {
    const route = aRoute([{ ...A_DAY, limit: 1 }]);
    await instances[0]!.admit(route, aCaller({}));
    const [key] = await keysOf(route.id);
    const end = Number(await askRedis(url, 'HGET', key!, 'ends_at'));
    await askRedis(url, 'HSET', key!, 'ends_at', String(end + 86_400));
    const verdict = await verdictOf(instances[1]!.admit(route, aCaller({})));
    expect(verdict).toMatchObject({ is: 'throttled' });
    expect(verdict.is === 'throttled' && verdict.retryAfter).toBeGreaterThan(86_400 - 2);
  });

  function aRoute(quotas: Quota[]) {
    routes += 1;
    return aLimitedRoute({ id: `test-${mark}-${routes}`, quotas });
  }

  function volley(
    requests: number,
    ask: (limits: Limits, at: number) => Promise<Record<string, string>>,
  ): Promise<Verdict[]> {
    return Promise.all(
      Array.from({ length: requests }, (_, at) => verdictOf(ask(instances[at % instances.length]!, at))),
    );
  }

  async function keysOf(routeId: string): Promise<string[]> {
    return (await askRedis(url, 'KEYS', `grantway:quota:*${routeId}*`)) as string[];
  }

  function aRacer(routeId: string): Racer {
    const racer = ['test/support/quota-racer.ts', url, routeId, '200', KEY.toString('hex')];
    const child = spawn(process.execPath, ['--import', './scripts/run-typescript.mjs', ...racer], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return {
      child,
      ended: once(child, 'exit'),
      says: createInterface(child.stdout)[Symbol.asyncIterator](),
    };
  }
});

interface Racer {
  child: ChildProcess;
  ended: Promise<unknown>;
  says: AsyncIterator<string>;
}
