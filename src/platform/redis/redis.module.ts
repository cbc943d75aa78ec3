import { Global, Module } from '@nestjs/common';
import { RedisConfig } from '../../config/config.js';
import { AppLogger } from '../logging/logging.module.js';
import { RedisConnection } from './redis-connection.js';

/**
 * Redis for what instances count together. `RedisConnection` is undefined without `REDIS_URL`. Readiness does not ask
 * for it: a route without a quota is served while Redis is away, and an instance taken out of rotation would bring
 * nobody nearer to it.
 */
@Global()
@Module({
  providers: [
    {
      provide: RedisConnection,
      inject: [RedisConfig, AppLogger],
      useFactory: ({ url }: RedisConfig, logger: AppLogger) =>
        url === undefined ? undefined : new RedisConnection(url, logger),
    },
  ],
  exports: [RedisConnection],
})
export class RedisModule {}
