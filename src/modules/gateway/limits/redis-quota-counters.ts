import { type KeyObject, createHmac, createSecretKey } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { deriveKey } from '../../../platform/crypto/sealing.js';
import type { EncryptionKey } from '../../../platform/crypto/encryption-key.js';
import type { RedisConnection } from '../../../platform/redis/redis-connection.js';
import { CONSUME } from './consume.lua.js';
import { type Allotment, QuotaCounters, type Standing } from './quota-counters.js';
import { WindowTallies } from './window-tallies.js';

const PREFIX = 'grantway:quota:';
const REMEMBERED_PSEUDONYMS = 10_000;

/**
 * Counts in Redis, for all instances at once. Beside that each instance tallies what it has let through itself: should
 * Redis lose its counts, an instance still lets nobody past a quota by itself.
 */
export class RedisQuotaCounters extends QuotaCounters {
  private key: KeyObject | undefined;
  /** Of who called lately: a digest takes longer than all the rest here. */
  private readonly pseudonyms = new LRUCache<string, string>({ max: REMEMBERED_PSEUDONYMS });

  constructor(
    private readonly redis: Pick<RedisConnection, 'evaluate'>,
    private readonly encryptionKey: EncryptionKey,
    private readonly own = new WindowTallies(),
  ) {
    super();
  }

  override async consume(
    allotments: readonly Allotment[],
  ): Promise<{ consumed: boolean; standings: Standing[] }> {
    const { consumed, windows } = await this.ask(allotments);
    const counted = windows.map((window, at) => {
      const { limitId, partition, quota } = allotments[at]!;
      return { ...window, quota, own: this.own.of(limitId, partition, window.endsAt) };
    });
    // Looked at only now, in one step with the count: several requests may have been under way when Redis lost its own.
    const fits = consumed && counted.every(({ own, quota }) => own === undefined || own.used < quota);
    if (fits) for (const { own } of counted) if (own !== undefined) own.used += 1;
    return {
      consumed: fits,
      standings: counted.map(({ used, own, resetMs }) => ({ used: Math.max(used, own?.used ?? 0), resetMs })),
    };
  }

  private async ask(allotments: readonly Allotment[]): Promise<{ consumed: boolean; windows: Window[] }> {
    const keys = allotments.map((allotment) => this.keyOf(allotment));
    const parameters = allotments.flatMap(({ limitId, partition, quota, windowSeconds }) => {
      const own = this.own.latest(limitId, partition) ?? { endsAt: 0, used: 0 };
      return [quota, windowSeconds, own.endsAt, own.used].map(String);
    });
    const [taken, ...numbers] = (await this.redis.evaluate(CONSUME, keys, parameters)) as number[];
    const windows = allotments.map((_, at) => {
      const [endsAt, used, resetMs] = numbers.slice(at * 3) as [number, number, number];
      return { endsAt, used, resetMs };
    });
    return { consumed: taken === 1, windows };
  }

  /** The braces keep what one request asks for on one node of a cluster. */
  private keyOf({ limitId, partition }: Allotment): string {
    return `${PREFIX}{${limitId}}:${this.pseudonymOf(partition)}`;
  }

  /** Of our own encryption key, which is not made before it is needed. */
  private pseudonymKey(): KeyObject {
    return (this.key ??= createSecretKey(
      deriveKey(Buffer.from(this.encryptionKey.bytes).toString('base64url'), 'grantway quota partitions'),
    ));
  }

  /** Under a key of ours: a bare digest of an address or a username is soon guessed. */
  private pseudonymOf(partition: string): string {
    const known = this.pseudonyms.get(partition);
    if (known !== undefined) return known;
    const digest = createHmac('sha256', this.pseudonymKey()).update(partition, 'utf8').digest();
    const pseudonym = digest.subarray(0, 16).toString('base64url');
    this.pseudonyms.set(partition, pseudonym);
    return pseudonym;
  }
}

interface Window extends Standing {
  /** Seconds since 1970. */
  endsAt: number;
}
