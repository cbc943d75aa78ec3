import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../../config/config.js';
import { formatScope } from '../../../protocol/scopes.js';
import { displayedDetails } from '../../../protocol/user-details.js';
import type { TokenAnswer } from '../../../protocol/token-answer.js';
import type { Client } from '../../clients/index.js';
import { AccessTokenIssuer, type Grant } from '../../tokens/index.js';
import { lifetimesOf } from './lifetimes.js';

/** Makes the answer that every grant ends with. RFC 6749 §5.1. */
@Injectable()
export class TokenAnswers {
  constructor(
    private readonly accessTokens: AccessTokenIssuer,
    private readonly config: TokenConfig,
  ) {}

  async answer(
    client: Client,
    grant: Grant,
    scope: readonly string[],
    refreshToken: string | undefined,
  ): Promise<TokenAnswer> {
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
