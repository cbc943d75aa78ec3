import type { TokenConfig } from '../../../config/config.js';
import type { Client } from '../../clients/index.js';
import type { GrantLifetimes } from '../../tokens/index.js';

/**
 * The lifetimes of a client's tokens, in seconds: its own where it has them, otherwise the server's. A sign-in that
 * cannot be refreshed is over with its one access token.
 */
export function lifetimesOf(
  client: Client,
  config: TokenConfig,
): GrantLifetimes & { accessTokenTtl: number } {
  const accessTokenTtl = client.accessTokenTtl ?? config.accessTokenTtl;
  return {
    accessTokenTtl,
    refreshTokenTtl: client.refreshTokenTtl ?? config.refreshTokenTtl,
    grantTtl: client.grantTypes.includes('refresh_token')
      ? (client.grantTtl ?? config.grantTtl)
      : accessTokenTtl,
    refreshLeeway: client.refreshLeeway ?? config.refreshLeeway,
  };
}
