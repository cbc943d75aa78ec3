import { demandPrivacy, isPrivateUrl } from './cleartext.js';
import type { EnvironmentReader } from './environment.js';

export class RedisConfig {
  /** Undefined: counters stay in the memory of this process. */
  url: string | undefined;
}

export function readRedis(read: EnvironmentReader, production: boolean): RedisConfig {
  const url = read.text('REDIS_URL');
  read.demand(
    url === undefined || (/^rediss?:\/\//.test(url) && URL.canParse(url)),
    'REDIS_URL must be a redis:// or rediss:// URL.',
  );
  demandPrivacy(read, 'REDIS_URL', {
    production,
    isPrivate: isPrivateUrl(url, 'rediss:'),
    instead: 'rediss://',
  });
  return { url };
}
