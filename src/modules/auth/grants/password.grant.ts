import { Injectable } from '@nestjs/common';
import { UNICODECHARNOCRLF } from '../../../protocol/characters.js';
import type { Form } from '../../../protocol/form.js';
import { InvalidGrant, InvalidRequest } from '../../../protocol/oauth-error.js';
import type { SignedInOwner } from '../../../protocol/resource-owner.js';
import type { TokenResponse } from '../../../protocol/token-response.js';
import { type Credentials, refusalReason } from '../../directory/index.js';
import { TokenIssuance } from '../issuance/token-issuance.js';
import { required } from '../required-parameter.js';
import { refuseBeyondRoles, requestedScope } from '../scopes/scope-policy.js';
import type { TokenRequest } from '../token-request.js';
import { GrantHandler } from './grant-handler.js';
import { UserSignIn } from './user-sign-in.js';

/**
 * The resource owner password credentials grant. RFC 6749 §4.3.
 *
 * @deprecated by RFC 9700 §2.4, which says it MUST NOT be used, and removed from OAuth 2.1. It serves first-party clients
 * that cannot use another grant yet, and only those that are registered for it; see
 * docs/decisions/0001-a-password-grant-at-all.md.
 */
@Injectable()
export class PasswordGrant extends GrantHandler {
  readonly type = 'password';

  constructor(
    private readonly users: UserSignIn,
    private readonly issuance: TokenIssuance,
  ) {
    super();
  }

  async handle(request: TokenRequest): Promise<TokenResponse> {
    const { client, form } = request;
    const credentials = readCredentials(form);
    // Before the password is checked: a scope beyond the registration is refused for every user.
    const scope = requestedScope(client, form.get('scope'));
    const owner = await this.authenticate(credentials, request);
    refuseBeyondRoles(scope, owner.roles);
    return this.issuance.toUser(owner, scope, request);
  }

  private async authenticate(credentials: Credentials, request: TokenRequest): Promise<SignedInOwner> {
    const { client, ip, userAgent, requestId, disconnection } = request;
    const context = { clientId: client.clientId, ip, userAgent, requestId, disconnection };
    const outcome = await this.users.signIn(credentials, context);
    if (outcome.outcome !== 'signed_in') throw new InvalidGrant(refusalReason(outcome));
    request.onSubject(outcome.owner.sub);
    return outcome.owner;
  }
}

/** RFC 6749 §4.3.2 with the characters of its Appendix A.15 and A.16. */
function readCredentials(form: Form): Credentials {
  const username = required(form, 'username');
  const password = required(form, 'password');
  if (!UNICODECHARNOCRLF.test(username) || !UNICODECHARNOCRLF.test(password)) {
    throw new InvalidRequest('The username or the password has a character that is not allowed.');
  }
  return { username, password };
}
