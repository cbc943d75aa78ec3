import type { TokenConfig } from '../../../config/config.js';
import type { Client } from '../../clients/index.js';
import type { GrantLifetimes } from '../../tokens/index.js';

/** The lifetimes of a client's tokens, in seconds: its own where it has them, otherwise the server's. */
export function lifetimesOf(
  client: Client,
  config: TokenConfig,
): GrantLifetimes & { accessTokenTtl: number } {
  return {
    accessTokenTtl: client.accessTokenTtl ?? config.accessTokenTtl,
    refreshTokenTtl: client.refreshTokenTtl ?? config.refreshTokenTtl,
    grantTtl: client.grantTtl ?? config.grantTtl,
    refreshLeeway: client.refreshLeeway ?? config.refreshLeeway,
  };
}
