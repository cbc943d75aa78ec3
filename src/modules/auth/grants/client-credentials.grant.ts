import { Injectable } from '@nestjs/common';
import type { TokenResponse } from '../../../protocol/token-response.js';
import { TokenIssuance } from '../issuance/token-issuance.js';
import { requestedOwnScope } from '../scopes/scope-policy.js';
import type { TokenRequest } from '../token-request.js';
import { GrantHandler } from './grant-handler.js';

/** A client that acts for itself: no user, no refresh token, no administration scope. RFC 6749 §4.4. */
@Injectable()
export class ClientCredentialsGrant extends GrantHandler {
  readonly type = 'client_credentials';

  constructor(private readonly issuance: TokenIssuance) {
    super();
  }

  async handle(request: TokenRequest): Promise<TokenResponse> {
    const { client, form, onSubject } = request;
    onSubject(client.clientId);
    const scope = requestedOwnScope(client, form.get('scope'));
    return this.issuance.toClient(scope, request);
  }
}
