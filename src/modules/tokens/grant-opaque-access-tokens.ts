import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../config/config.js';
import { Clock } from '../../platform/clock/clock.js';
import { type IssuedToken, OpaqueAccessTokens } from '../access/index.js';
import { accessTokenClaims } from './access-tokens/access-token-claims.js';
import { hashOfOpaqueAccessToken, tokenIdOf } from './access-tokens/opaque-access-token.js';
import { OpaqueAccessTokenStore } from './access-tokens/opaque-access-token-store.js';

/** What stands behind an opaque access token: asked of the database each time, as with a signed one. */
@Injectable()
export class GrantOpaqueAccessTokens extends OpaqueAccessTokens {
  constructor(
    private readonly store: OpaqueAccessTokenStore,
    private readonly config: TokenConfig,
    private readonly clock: Clock,
  ) {
    super();
  }

  async find(token: string, disconnection?: AbortSignal): Promise<IssuedToken | undefined> {
    const hash = hashOfOpaqueAccessToken(token);
    const found =
      hash === undefined ? undefined : await this.store.find(hash, this.clock.now(), disconnection);
    if (found === undefined) return undefined;
    const { grant, scope, issuedAt, expiresAt, isLive } = found;
    const particulars = {
      scope,
      iat: Math.floor(issuedAt.getTime() / 1000),
      exp: Math.floor(expiresAt.getTime() / 1000),
      jti: tokenIdOf(found.hash),
    };
    return {
      claims: accessTokenClaims(grant, particulars, this.config),
      live: isLive ? grant : undefined,
    };
  }
}
