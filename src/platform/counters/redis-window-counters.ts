import type { EncryptionKey } from '../crypto/encryption-key.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { CONSUME, type CountedWindow, type ScriptLimit } from './consume-script.js';
import { Pseudonyms } from './pseudonyms.js';
import { WindowCounters, type WindowLimit, type WindowUsage } from './window-counters.js';
import { WindowTallies } from './window-tallies.js';

/**
 * Counts in Redis, for all instances together. Each instance also tallies its own uses, so that a Redis that lost its
 * counts lets no instance exceed a limit by itself.
 */
export class RedisWindowCounters extends WindowCounters {
  private readonly runScript: (
    limits: readonly ScriptLimit[],
  ) => Promise<{ consumed: boolean; windows: CountedWindow[] }>;
  private readonly pseudonyms: Pseudonyms;

  constructor(
    redis: Pick<RedisConnection, 'script'>,
    private readonly namespace: string,
    encryptionKey: EncryptionKey,
    private readonly own = new WindowTallies(),
  ) {
    super();
    this.runScript = redis.script(CONSUME);
    this.pseudonyms = new Pseudonyms(namespace, encryptionKey);
  }

  override async consume(
    limits: readonly WindowLimit[],
  ): Promise<{ consumed: boolean; usages: WindowUsage[] }> {
    const { consumed, windows } = await this.runScript(limits.map((limit) => this.scriptLimit(limit)));
    const counted = windows.map((window, at) => {
      const { limitId, partition, quota } = limits[at]!;
      return { ...window, quota, own: this.own.of(limitId, partition, window.endsAt) };
    });
    // Compared only now, in one step with the count: several calls may have been under way when Redis lost its counts.
    const fits = consumed && counted.every(({ own, quota }) => own === undefined || own.used < quota);
    if (fits) for (const { own } of counted) if (own !== undefined) own.used += 1;
    return {
      consumed: fits,
      usages: counted.map(({ used, own, resetMs }) => ({ used: Math.max(used, own?.used ?? 0), resetMs })),
    };
  }

  private scriptLimit({ limitId, partition, quota, windowSeconds }: WindowLimit): ScriptLimit {
    return {
      // The braces keep the keys of one call on one node of a cluster.
      key: `grantway:${this.namespace}:{${limitId}}:${this.pseudonyms.of(partition)}`,
      quota,
      windowSeconds,
      own: this.own.latest(limitId, partition) ?? { endsAt: 0, used: 0 },
    };
  }
}
