import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../../config/config.js';
import { networkOf } from '../../../platform/http/address-network.js';
import { InvalidGrant } from '../../../protocol/oauth-error.js';
import type { ResourceOwner } from '../../../protocol/resource-owner.js';
import { Throttled } from '../../../protocol/throttled.js';
import type { TokenResponse } from '../../../protocol/token-response.js';
import { type Grant, RefreshTokenRotation, type RefreshTokenState } from '../../tokens/index.js';
import type { TokenRequest } from '../token-request.js';
import { lifetimesOf } from './lifetimes.js';
import { TokenResponses } from './token-response.js';
import { UserDetailsSnapshot } from './user-details-snapshot.js';

/** Retry-After of a client that repeats a rotation too often. Seconds. */
const RETRY_AFTER = 1;

/** A refresh token that was found, and who it stands for. */
export interface PresentedRefreshToken {
  token: string;
  state: RefreshTokenState;
  /** The user as of now. */
  owner: ResourceOwner;
}

/** Issues tokens for a grant that exists: rotates its refresh token and signs a new access token. RFC 9700 §4.14.2. */
@Injectable()
export class TokenRenewal {
  constructor(
    private readonly rotation: RefreshTokenRotation,
    private readonly details: UserDetailsSnapshot,
    private readonly responses: TokenResponses,
    private readonly config: TokenConfig,
  ) {}

  /**
   * @param scopeOf decides the scope. A used token is judged before, so that no scope hides its reuse. A live token is
   * consumed after, so that a refused scope does not cost the client its token.
   * @throws InvalidGrant when the token is dead or was reused, Throttled, and what `scopeOf` throws
   */
  async renew(
    { token, state: { grant: found, used }, owner }: PresentedRefreshToken,
    scopeOf: () => readonly string[],
    request: TokenRequest,
  ): Promise<TokenResponse> {
    const { client } = request;
    const grant = { ...found, details: this.details.take(owner, client) };
    const successor = used === undefined ? undefined : await this.rotate(token, grant, request);
    const scope = scopeOf();
    const refreshToken = successor ?? (await this.rotate(token, grant, request));
    return this.responses.sign(client, grant, scope, refreshToken);
  }

  private async rotate(
    token: string,
    grant: Grant,
    { client, ip, userAgent }: TokenRequest,
  ): Promise<string> {
    const origin = { network: networkOf(ip), userAgent };
    const rotation = await this.rotation.rotate(token, grant, lifetimesOf(client, this.config), origin);
    switch (rotation.outcome) {
      case 'rotated':
      case 'repeated':
        return rotation.refreshToken;
      case 'repeated_too_often':
        throw new Throttled('a refresh was repeated too often', RETRY_AFTER);
      case 'reused':
        throw new InvalidGrant('reuse of a refresh token');
      case 'dead':
        throw new InvalidGrant('expired or ended refresh token');
    }
  }
}
