import { Injectable } from '@nestjs/common';
import { InvalidClient } from '../../../protocol/oauth-error.js';
import type { TokenAnswer } from '../../../protocol/token-answer.js';
import { ClientAuthenticator } from '../../clients/index.js';
import { GrantRegistry } from '../../tokens/index.js';
import { ownScopesOf, requestedOwnScope } from '../scopes/scope-policy.js';
import { GrantHandler, type TokenRequest } from './grant-handler.js';
import { mayUse } from './grant-type-registry.js';
import { TokenAnswers } from './token-answers.js';

/** A client acting for itself: no person, no refresh token, no administration. RFC 6749 §4.4. */
@Injectable()
export class ClientCredentialsGrant extends GrantHandler {
  readonly type = 'client_credentials';

  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly grants: GrantRegistry,
    private readonly answers: TokenAnswers,
  ) {
    super();
  }

  async handle({ client, form, disconnection, onSubject }: TokenRequest): Promise<TokenAnswer> {
    onSubject(client.clientId);
    const scope = requestedOwnScope(client, form.get('scope'));
    disconnection.throwIfAborted();
    const grant = await this.grants.ofClient(client.clientId, ownScopesOf(client));
    const answer = await this.answers.answer(client, grant, scope, undefined);
    // As at a person's sign-in: what disabled or narrowed the client meanwhile may have missed this grant.
    const registration = await this.clients.reconfirm(client);
    const mayStill = registration !== undefined && mayUse(registration, this.type);
    if (!mayStill || !grant.scope.every((name) => registration.scope.includes(name))) {
      await this.grants.end(grant.id, 'overtaken');
      throw new InvalidClient(false, 'the client changed meanwhile');
    }
    return answer;
  }
}
