import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../../config/config.js';
import { formatScope } from '../../../protocol/scopes.js';
import { displayedDetails } from '../../../protocol/user-details.js';
import type { TokenResponse } from '../../../protocol/token-response.js';
import type { Client } from '../../clients/index.js';
import { AccessTokenIssuer, type Grant } from '../../tokens/index.js';
import { lifetimesOf } from './lifetimes.js';

/** Signs the access token and makes the response of the token endpoint. RFC 6749 §5.1. */
@Injectable()
export class TokenResponses {
  constructor(
    private readonly accessTokens: AccessTokenIssuer,
    private readonly config: TokenConfig,
  ) {}

  async sign(
    client: Client,
    grant: Grant,
    scope: readonly string[],
    refreshToken: string | undefined,
  ): Promise<TokenResponse> {
    const { token, expiresIn } = await this.accessTokens.issue({
      grant,
      scope,
      ttl: lifetimesOf(client, this.config).accessTokenTtl,
      format: client.accessTokenFormat,
      algorithm: client.signingAlgorithm,
      displayed: displayedDetails(grant.details, client.userDetails),
    });
    return {
      access_token: token,
      token_type: 'Bearer',
      expires_in: expiresIn,
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      scope: formatScope(scope),
    };
  }
}
