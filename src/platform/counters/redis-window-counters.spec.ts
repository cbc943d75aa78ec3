import { describe, expect, it } from 'vitest';
import { EncryptionKey } from '../crypto/encryption-key.js';
import type { ScriptLimit } from './consume-script.js';
import { RedisWindowCounters } from './redis-window-counters.js';

const LIMIT = { limitId: 'orders', partition: 'client app', quota: 2, windowSeconds: 3600 };

/** The keys that one count asks Redis for. */
async function keysOf(namespace: string, key = Buffer.alloc(32, 1)): Promise<string[]> {
  const asked: string[] = [];
  const redis = {
    script: (): any => async (limits: readonly ScriptLimit[]) => {
      asked.push(...limits.map((limit) => limit.key));
      return { consumed: true, windows: limits.map(() => ({ endsAt: 3600, used: 1, resetMs: 1 })) };
    },
  };
  await new RedisWindowCounters(redis, namespace, new EncryptionKey({ key, dataDir: '' })).consume([LIMIT]);
  return asked;
}

describe('the keys of counters in Redis', () => {
  // Instances of an earlier version count under the same keys during a rolling update.
  it('are those of earlier versions for quotas', async () => {
    expect(await keysOf('quota')).toEqual(['grantway:quota:{orders}:yPSlxoKILN5PiVY5kpduVA']);
  });

  it('differ between namespaces and between encryption keys', async () => {
    const keys = await Promise.all([
      keysOf('quota'),
      keysOf('sign-in'),
      keysOf('quota', Buffer.alloc(32, 2)),
    ]);
    const pseudonyms = keys.flat().map((key) => key.split(':').at(-1));
    expect(new Set(pseudonyms).size).toBe(3);
  });
});
