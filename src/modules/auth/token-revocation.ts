import { Injectable } from '@nestjs/common';
import { InvalidToken } from '../../protocol/bearer-error.js';
import { InvalidRequest } from '../../protocol/oauth-error.js';
import { AccessTokenVerifier } from '../access/index.js';
import type { Client } from '../clients/index.js';
import { GrantRegistry } from '../tokens/index.js';

/**
 * Revokes tokens. RFC 7009 §2.1. A refresh token ends its whole grant; an access token ends alone and its refresh
 * token lives on. The hint only ever says where to look first, so it is not needed here.
 */
@Injectable()
export class TokenRevocation {
  constructor(
    private readonly grants: GrantRegistry,
    private readonly verifier: AccessTokenVerifier,
  ) {}

  /**
   * Unknown, expired and revoked tokens are fine: the caller's wish is met already (§2.2).
   * @returns the subject of the token, if there was something to revoke
   * @throws InvalidRequest for another client's token, which stays untouched
   */
  async revoke(token: string, client: Client): Promise<string | undefined> {
    const refresh = await this.grants.findByRefreshToken(token);
    if (refresh !== undefined) {
      refuseForeign(refresh.grant.clientId, client);
      await this.grants.end(refresh.grant.id, 'revoked');
      return refresh.grant.subject;
    }
    const access = await this.readAccessToken(token);
    if (access === undefined) return undefined;
    refuseForeign(access.client_id, client);
    await this.grants.revokeAccessToken(access.jti, access.exp);
    return access.sub;
  }

  private async readAccessToken(token: string) {
    try {
      return await this.verifier.readClaims(token);
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error;
    }
  }
}

function refuseForeign(owner: string, client: Client): void {
  if (owner !== client.clientId) {
    throw new InvalidRequest('The token was not issued to this client.', `token of ${owner}`);
  }
}
