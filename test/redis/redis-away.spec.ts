import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Limits } from '../../src/modules/gateway/limits/limits.js';
import { RedisWindowCounters } from '../../src/platform/counters/redis-window-counters.js';
import { EncryptionKey } from '../../src/platform/crypto/encryption-key.js';
import { type DatabaseProxy, aDatabaseProxy } from '../support/database-proxy.js';
import {
  type Verdict,
  aCaller,
  aLimitedRoute,
  countOf,
  eventually,
  limitsWith,
  verdictOf,
} from '../support/limits.js';
import {
  HAS_REDIS_SERVER,
  type RedisServer,
  type TestConnection,
  aConnection,
  aRedisServer,
  aScript,
  askRedis,
} from '../support/redis.js';

const KEY = new EncryptionKey({ key: randomBytes(32), dataDir: '' });
const EMPTY = aScript("return redis.call('FLUSHALL')");
const ROUTE = aLimitedRoute({ quotas: [{ limit: 100, per: 'day', by: 'client' }] });

describe.skipIf(!HAS_REDIS_SERVER)('a Redis that fails (TEST_REDIS_URL, and redis-server)', () => {
  let redis: RedisServer;
  let proxy: DatabaseProxy;
  let connections: TestConnection[];

  beforeAll(async () => {
    redis = await aRedisServer();
    proxy = await aDatabaseProxy(redis.url);
  });

  beforeEach(() => {
    connections = [];
  });

  afterEach(async () => {
    for (const { connection } of connections) connection.onApplicationShutdown();
    await proxy.restore();
    await redis.start();
    await askRedis(redis.url, 'FLUSHALL');
  });

  afterAll(async () => {
    await proxy.close();
    await redis.close();
  });

  it('is 503 at once while it is gone, and counts again by itself once it is back', async () => {
    const { limits, logs } = await anInstance();
    await redis.kill();
    await eventually(async () => (await ask(limits)).is === 'unavailable');
    const began = performance.now();
    const verdicts = await volley(limits, 500);
    expect(countOf(verdicts)).toEqual({ admitted: 0, throttled: 0, unavailable: 500 });
    for (const verdict of verdicts) expect(verdict).toMatchObject({ retryAfter: 2 });
    expect(performance.now() - began).toBeLessThan(400);

    await redis.start();
    await eventually(async () => (await ask(limits)).is === 'admitted');
    await eventually(
      async () => (await ask(limits), logs.some(({ msg }) => msg === 'Redis can be used again')),
    );
    expect(logs.map(({ msg }) => msg)).toEqual(['Redis cannot be used', 'Redis can be used again']);
  });

  it('does not keep an instance from starting, and routes without a quota from being served', async () => {
    await redis.kill();
    const began = performance.now();
    const { limits } = await anInstance();
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(await ask(limits)).toEqual({ is: 'unavailable', retryAfter: 2 });
    const unlimited = aLimitedRoute({ spikeArrest: [{ rate: 1000, per: 'second', by: 'route' }] });
    expect(await verdictOf(limits.admit(unlimited, aCaller({})))).toMatchObject({ is: 'admitted' });

    await redis.start();
    await eventually(async () => (await ask(limits)).is === 'admitted');
  });

  it('lets nobody through uncounted when it is slow (CLIENT PAUSE): 503 after half a second, then at once', async () => {
    const { limits, logs } = await anInstance();
    await ask(limits);
    await askRedis(redis.url, 'CLIENT', 'PAUSE', '5000', 'ALL');
    const began = performance.now();
    expect(countOf(await volley(limits, 300))).toEqual({ admitted: 0, throttled: 0, unavailable: 300 });
    expect(performance.now() - began).toBeGreaterThan(450);
    expect(performance.now() - began).toBeLessThan(1_500);
    const again = performance.now();
    expect(countOf(await volley(limits, 300)).unavailable).toBe(300);
    expect(performance.now() - again).toBeLessThan(400);

    await eventually(async () => (await ask(limits)).is !== 'unavailable', 15_000);
    const verdicts = await volley(limits, 300);
    expect(countOf(verdicts).admitted).toBeLessThan(100);
    expect(countOf(verdicts).unavailable).toBe(0);
    expect(logs.filter(({ msg }) => msg === 'Redis cannot be used')).toHaveLength(1);
  });

  it('lets nobody through while its machine swallows everything, and is used again when it answers', async () => {
    const { limits } = await anInstance(proxy.url);
    await ask(limits);
    proxy.swallow();
    for (let round = 0; round < 3; round++) expect(countOf(await volley(limits, 50)).unavailable).toBe(50);
    await proxy.restore();
    await eventually(async () => (await ask(limits)).is === 'admitted', 15_000);
  });

  it('lets no more than the quota through when connections break under load', async () => {
    const { limits } = await anInstance(proxy.url);
    const verdicts: Verdict[] = [];
    for (let round = 0; round < 10; round++) {
      const volleyed = volley(limits, 40);
      await proxy.refuse();
      await proxy.restore();
      verdicts.push(...(await volleyed));
      await eventually(async () => {
        const verdict = await ask(limits);
        verdicts.push(verdict);
        return verdict.is !== 'unavailable';
      });
    }
    verdicts.push(...(await volley(limits, 200)));
    expect(countOf(verdicts).unavailable).toBeGreaterThan(0);
    expect(countOf(verdicts).admitted).toBeLessThanOrEqual(100);
    expect(await ask(limits)).toMatchObject({ is: 'throttled' });
  });

  it('that was emptied (FLUSHALL) lifts no quota that an instance has used up', async () => {
    const { limits } = await anInstance();
    expect(countOf(await volley(limits, 150))).toEqual({ admitted: 100, throttled: 50, unavailable: 0 });
    await askRedis(redis.url, 'FLUSHALL');
    const refused = await volley(limits, 50);
    expect(countOf(refused).throttled).toBe(50);
    for (const { is, ...refusal } of refused) {
      expect(is).toBe('throttled');
      expect((refusal as { headers: Record<string, string> }).headers.RateLimit).toContain('r=0');
    }
  });

  it('that is emptied between requests that are all under way lets no more than the quota through', async () => {
    const { limits, connection } = await anInstance();
    // One connection keeps the order, so that Redis forgets exactly between the two.
    const empty = () => connection.script(EMPTY)([], []);
    await empty();
    const before = volley(limits, 150);
    const emptied = empty();
    const after = volley(limits, 150);
    expect(await emptied).toBe('OK');
    expect(countOf(await before)).toEqual({ admitted: 100, throttled: 50, unavailable: 0 });
    expect(countOf(await after)).toEqual({ admitted: 0, throttled: 150, unavailable: 0 });
  });

  it('that was emptied learns from each instance that asks what that one has let through', async () => {
    const [one, other] = [await anInstance(), await anInstance()];
    await volley(one.limits, 60);
    await volley(other.limits, 20);
    await askRedis(redis.url, 'FLUSHALL');
    expect(await ask(one.limits)).toMatchObject({ is: 'admitted' });
    expect(countOf(await volley(other.limits, 100)).admitted).toBe(39);
  });

  it('that was emptied of its scripts (SCRIPT FLUSH) is given them again', async () => {
    const { limits } = await anInstance();
    await ask(limits);
    await askRedis(redis.url, 'SCRIPT', 'FLUSH');
    expect(countOf(await volley(limits, 20)).admitted).toBe(20);
  });

  it.each([
    ['another type', ['SET', 'KEY', '1']],
    ['a list', ['RPUSH', 'KEY', 'x']],
    ['a window that is no number', ['HSET', 'KEY', 'ends_at', 'soon', 'used', '1']],
    ['a count that is no number', ['HSET', 'KEY', 'used', 'many']],
  ])(
    'with %s under a key is 503 for that caller, logged once, and 200 for the others',
    async (_, command) => {
      const { limits, logs } = await anInstance();
      await ask(limits);
      const [key] = (await askRedis(redis.url, 'KEYS', '*')) as [string];
      if (command[0] !== 'HSET') await askRedis(redis.url, 'DEL', key);
      await askRedis(redis.url, ...command.map((word) => (word === 'KEY' ? key : word)));
      for (let round = 0; round < 20; round++) {
        expect(await ask(limits)).toEqual({ is: 'unavailable', retryAfter: 2 });
        expect(await verdictOf(limits.admit(ROUTE, aCaller({ client_id: 'other' })))).toMatchObject({
          is: 'admitted',
        });
      }
      expect(logs.map(({ msg }) => msg)).toEqual(['Redis cannot be used']);
    },
  );

  it('says in the log why, and nothing of who asked', async () => {
    const { limits, logs } = await anInstance();
    await askRedis(redis.url, 'CONFIG', 'SET', 'maxmemory', '1');
    try {
      expect(await ask(limits)).toEqual({ is: 'unavailable', retryAfter: 2 });
    } finally {
      await askRedis(redis.url, 'CONFIG', 'SET', 'maxmemory', '0');
    }
    expect(logs[0]?.err?.message).toContain('OOM');
    expect(JSON.stringify(logs)).not.toMatch(/alice|192\.0\.2\.1/);
  });

  async function anInstance(url = redis.url): Promise<TestConnection & { limits: Limits }> {
    const connected = await aConnection(url, EMPTY);
    connections.push(connected);
    return { ...connected, limits: limitsWith(new RedisWindowCounters(connected.connection, 'quota', KEY)) };
  }

  function ask(limits: Limits): Promise<Verdict> {
    return verdictOf(limits.admit(ROUTE, aCaller({})));
  }

  function volley(limits: Limits, requests: number): Promise<Verdict[]> {
    return Promise.all(Array.from({ length: requests }, () => ask(limits)));
  }
});
