import { Injectable } from '@nestjs/common';
import type { SignedInOwner } from '../../../protocol/resource-owner.js';
import type { TokenResponse } from '../../../protocol/token-response.js';
import type { TokenRequest } from '../token-request.js';
import { FinalCheck } from './final-check.js';
import { GrantStart } from './grant-start.js';
import { TokenResponses } from './token-response.js';
import { UndeliveredGrants } from './undelivered-grants.js';

/**
 * Issues tokens for a grant type that begins a grant. The handler of the grant type decides for whom and with which scope.
 * The issuance begins the grant, signs the access token, and checks once more what the handler relied on.
 */
@Injectable()
export class TokenIssuance {
  constructor(
    private readonly grants: GrantStart,
    private readonly responses: TokenResponses,
    private readonly finalCheck: FinalCheck,
    private readonly undelivered: UndeliveredGrants,
  ) {}

  /**
   * Tokens for a user. The grant ends if they are not delivered.
   * @throws InvalidGrant when the user or the client changed during the request, Disconnected
   */
  async toUser(
    owner: SignedInOwner,
    scope: readonly string[],
    request: TokenRequest,
  ): Promise<TokenResponse> {
    const { client, disconnection } = request;
    disconnection.throwIfAborted();
    const { grant, refreshToken } = await this.grants.ofUser(owner, scope, request);
    this.undelivered.endOnDisconnection(grant, disconnection);
    try {
      const response = await this.responses.sign(client, grant, scope, refreshToken);
      await this.finalCheck.ofUser(owner, grant, request, { isRefreshable: refreshToken !== undefined });
      return response;
    } catch (error) {
      await this.undelivered.end(grant);
      throw error;
    }
  }

  /**
   * An access token for the client itself. All of them share one grant, so an undelivered one does not end it.
   * @throws InvalidClient when the client changed during the request, Disconnected
   */
  async toClient(scope: readonly string[], request: TokenRequest): Promise<TokenResponse> {
    const { client, disconnection } = request;
    disconnection.throwIfAborted();
    const grant = await this.grants.ofClient(client);
    const response = await this.responses.sign(client, grant, scope, undefined);
    await this.finalCheck.ofClient(grant, request);
    return response;
  }
}
