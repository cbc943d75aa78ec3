import type { EnvironmentReader } from './environment.js';

export class RedisConfig {
  /** Undefined: counters stay in the memory of this process. */
  url: string | undefined;
}

export function readRedis(read: EnvironmentReader): RedisConfig {
  const url = read.text('REDIS_URL');
  read.demand(
    url === undefined || (/^rediss?:\/\//.test(url) && URL.canParse(url)),
    'REDIS_URL must be a redis:// or rediss:// URL.',
  );
  return { url };
}
