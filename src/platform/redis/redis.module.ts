import { Global, Module } from '@nestjs/common';
import { RedisConfig } from '../../config/config.js';
import { AppLogger } from '../logging/logging.module.js';
import { RedisConnection } from './redis-connection.js';

/**
 * Token of the process's `RedisConnection`, or of `undefined` where it has no Redis. Not the class: who injects that
 * would be promised a connection that may not be there.
 */
export const REDIS = Symbol('RedisConnection | undefined');

/**
 * Redis for what instances count together, where `REDIS_URL` is set. Readiness does not ask for it: a route without a
 * quota is served while Redis is away, and an instance taken out of rotation would bring nobody nearer to it.
 */
@Global()
@Module({
  providers: [
    {
      provide: REDIS,
      inject: [RedisConfig, AppLogger],
      useFactory: ({ url }: RedisConfig, logger: AppLogger): RedisConnection | undefined =>
        url === undefined ? undefined : new RedisConnection(url, logger),
    },
  ],
  exports: [REDIS],
})
export class RedisModule {}
