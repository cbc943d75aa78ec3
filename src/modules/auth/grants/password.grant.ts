import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../../config/config.js';
import { UNICODECHARNOCRLF } from '../../../protocol/characters.js';
import type { Form } from '../../../protocol/form.js';
import { InvalidGrant, InvalidRequest } from '../../../protocol/oauth-error.js';
import type { SignedInOwner } from '../../../protocol/resource-owner.js';
import { mayHold } from '../../../protocol/scopes.js';
import type { TokenAnswer } from '../../../protocol/token-answer.js';
import { type AuthenticatedClient, ClientAuthenticator } from '../../clients/index.js';
import { type Credentials, Directory, refusalReason } from '../../directory/index.js';
import { type Grant, GrantRegistry } from '../../tokens/index.js';
import { refuseBeyondRoles, requestedScope } from '../scopes/scope-policy.js';
import { GrantedDetails } from './granted-details.js';
import { GrantHandler, type TokenRequest, required } from './grant-handler.js';
import { mayUse } from './grant-type-registry.js';
import { lifetimesOf } from './lifetimes.js';
import { TokenAnswers } from './token-answers.js';
import { UndeliveredGrants } from './undelivered-grants.js';
import { UserSignIn } from './user-sign-in.js';

/**
 * The resource owner password credentials grant. RFC 6749 §4.3.
 *
 * @deprecated by RFC 9700 §2.4, which says it MUST NOT be used, and gone from OAuth 2.1. It is here for first-party
 * clients that cannot do otherwise yet, off unless a client is registered as one and given it; see
 * docs/decisions/0001-a-password-grant-at-all.md.
 */
@Injectable()
export class PasswordGrant extends GrantHandler {
  readonly type = 'password';

  constructor(
    private readonly users: UserSignIn,
    private readonly directory: Directory,
    private readonly clients: ClientAuthenticator,
    private readonly grants: GrantRegistry,
    private readonly undelivered: UndeliveredGrants,
    private readonly details: GrantedDetails,
    private readonly answers: TokenAnswers,
    private readonly config: TokenConfig,
  ) {
    super();
  }

  async handle(request: TokenRequest): Promise<TokenAnswer> {
    const { client, form } = request;
    const credentials = readCredentials(form);
    const scope = requestedScope(client, form.get('scope'));
    const owner = await this.authenticate(credentials, request);
    request.onSubject(owner.sub);
    refuseBeyondRoles(scope, owner.roles);
    request.disconnection.throwIfAborted();
    const { grant, refreshToken } = await this.begin(owner, scope, request);
    this.undelivered.endOnDisconnection(grant, request.disconnection);
    try {
      const answer = await this.answers.answer(client, grant, scope, refreshToken);
      await this.confirm(owner, client, grant, refreshToken !== undefined);
      return answer;
    } catch (error) {
      await this.undelivered.end(grant);
      throw error;
    }
  }

  private async authenticate(
    credentials: Credentials,
    { client, ip, userAgent, requestId, disconnection }: TokenRequest,
  ): Promise<SignedInOwner> {
    const context = { clientId: client.clientId, ip, userAgent, requestId, disconnection };
    const outcome = await this.users.signIn(credentials, context);
    if (outcome.outcome === 'signed_in') return outcome.owner;
    throw new InvalidGrant(refusalReason(outcome));
  }

  private begin(
    owner: SignedInOwner,
    scope: readonly string[],
    { client, ip, userAgent }: TokenRequest,
  ): Promise<{ grant: Grant; refreshToken: string | undefined }> {
    return this.grants.begin(
      {
        subject: owner.sub,
        clientId: client.clientId,
        username: owner.username,
        scope,
        amr: owner.amr,
        authTime: new Date(owner.auth_time * 1000),
        credentialsVersion: owner.credentials_version,
        details: this.details.of(owner, client),
        ip,
        userAgent,
      },
      lifetimesOf(client, this.config),
      client.grantTypes.includes('refresh_token'),
    );
  }

  /**
   * Looks again once the grant is stored. Disabling, a new password, a lost role and the like end or narrow the
   * grants that they find; one stored a moment later they miss, and this look sees what they changed. One of the two
   * always catches it.
   */
  private async confirm(
    owner: SignedInOwner,
    client: AuthenticatedClient,
    grant: Grant,
    isRefreshable: boolean,
  ): Promise<void> {
    const person = await this.directory.describe(owner.sub);
    const registration = await this.clients.reconfirm(client);
    const stands =
      registration !== undefined &&
      mayUse(registration, this.type) &&
      (!isRefreshable || mayUse(registration, 'refresh_token')) &&
      person?.credentials_version === owner.credentials_version &&
      grant.scope.every((scope) => mayHold(scope, person.roles) && registration.scope.includes(scope));
    if (stands) return;
    await this.grants.end(grant.id, 'overtaken');
    throw new InvalidGrant('the person or the client changed during the sign-in');
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
