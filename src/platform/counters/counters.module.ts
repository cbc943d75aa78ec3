import { type DynamicModule, Module } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { CryptoModule, EncryptionKey } from '../crypto/encryption-key.js';
import type { RedisConnection } from '../redis/redis-connection.js';
import { REDIS, RedisModule } from '../redis/redis.module.js';
import { MemoryWindowCounters } from './memory-window-counters.js';
import { WindowCounters } from './window-counters.js';

/** Provides `WindowCounters`: in Redis where the process has one, otherwise in its memory. */
@Module({})
export class CountersModule {
  /** @param namespace separates the counters of one module from those of another; it is part of their keys in Redis */
  static forNamespace(namespace: string): DynamicModule {
    return {
      module: CountersModule,
      imports: [RedisModule, CryptoModule],
      providers: [
        {
          provide: WindowCounters,
          inject: [REDIS, Clock, EncryptionKey],
          useFactory: (redis: RedisConnection | undefined, clock: Clock, key: EncryptionKey) =>
            redis === undefined ? new MemoryWindowCounters(clock) : inRedis(redis, namespace, key),
        },
      ],
      exports: [WindowCounters],
    };
  }
}

/** Loads the store, and with it the client of Redis, only in a process that has a Redis. */
async function inRedis(
  redis: RedisConnection,
  namespace: string,
  key: EncryptionKey,
): Promise<WindowCounters> {
  const { RedisWindowCounters } = await import('./redis-window-counters.js');
  return new RedisWindowCounters(redis, namespace, key);
}
