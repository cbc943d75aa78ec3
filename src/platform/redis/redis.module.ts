import { Module } from '@nestjs/common';
import { RedisConfig } from '../../config/config.js';
import { AppLogger } from '../logging/logging.module.js';
import type { RedisConnection } from './redis-connection.js';

/**
 * Token of the process's `RedisConnection`, or of `undefined` where it has no Redis. The class is no token: it would
 * promise a connection that may not be there.
 */
export const REDIS = Symbol('RedisConnection | undefined');

/**
 * The one connection of this process to Redis, where `REDIS_URL` is set, for every module that imports this one. Readiness
 * does not include it: a route without a quota is served while Redis is away, and taking the instance out of rotation
 * would not bring Redis back.
 */
@Module({
  providers: [
    {
      provide: REDIS,
      inject: [RedisConfig, AppLogger],
      useFactory: async ({ url }: RedisConfig, logger: AppLogger): Promise<RedisConnection | undefined> => {
        if (url === undefined) return undefined;
        // Loads the client, which most processes do not need.
        const { RedisConnection } = await import('./redis-connection.js');
        return new RedisConnection(url, logger);
      },
    },
  ],
  exports: [REDIS],
})
export class RedisModule {}
