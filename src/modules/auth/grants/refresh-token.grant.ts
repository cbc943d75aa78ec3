import { Injectable } from '@nestjs/common';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { InvalidGrant } from '../../../protocol/oauth-error.js';
import type { ResourceOwner } from '../../../protocol/resource-owner.js';
import { mayHold } from '../../../protocol/scopes.js';
import type { TokenResponse } from '../../../protocol/token-response.js';
import type { Client } from '../../clients/index.js';
import { Directory } from '../../directory/index.js';
import { type Grant, GrantRegistry, type RefreshTokenState } from '../../tokens/index.js';
import { TokenRenewal } from '../issuance/token-renewal.js';
import { required } from '../required-parameter.js';
import { refreshedScope } from '../scopes/scope-policy.js';
import type { TokenRequest } from '../token-request.js';
import { GrantHandler } from './grant-handler.js';

/** Refreshing an access token; every use rotates the refresh token. RFC 6749 §6, RFC 9700 §4.14.2. */
@Injectable()
export class RefreshTokenGrant extends GrantHandler {
  readonly type = 'refresh_token';

  constructor(
    private readonly grants: GrantRegistry,
    private readonly directory: Directory,
    private readonly renewal: TokenRenewal,
    private readonly logger: AppLogger,
  ) {
    super();
  }

  async handle(request: TokenRequest): Promise<TokenResponse> {
    const { client, form, disconnection, onSubject } = request;
    const token = required(form, 'refresh_token');
    const state = await this.findToken(token, client);
    const { grant, used } = state;
    onSubject(grant.subject);
    // A used token may be stolen, so it is checked to the end, whether or not its client waits for the response.
    const ending = used === undefined ? disconnection : undefined;
    const owner = await this.confirmOwner(grant, ending);
    await this.endLostScopes(grant, owner);
    // If the successor does not reach the client, the next use of the token would be a repeat.
    ending?.throwIfAborted();
    const scopeOf = (): readonly string[] =>
      refreshedScope(grant.scope, client, owner.roles, form.get('scope'));
    return this.renewal.renew({ token, state, owner }, scopeOf, request);
  }

  /** A token of this client. An attempt of another client changes nothing: it must not consume the token. */
  private async findToken(presented: string, client: Client): Promise<RefreshTokenState> {
    const state = await this.grants.findByRefreshToken(presented);
    if (state === undefined) throw new InvalidGrant('unknown refresh token');
    if (state.grantEnded) throw new InvalidGrant('the grant has ended');
    if (state.grant.clientId !== client.clientId) {
      this.logger.warn(
        { client_id: client.clientId, grant_id: state.grant.id, owner_client_id: state.grant.clientId },
        'refresh token presented by another client than its own',
      );
      throw new InvalidGrant('refresh token of another client');
    }
    return state;
  }

  /** The user as of now. A grant ends with the user's account, and with the password it was begun with. */
  private async confirmOwner(grant: Grant, disconnection?: AbortSignal): Promise<ResourceOwner> {
    const owner = await this.directory.describe(grant.subject, disconnection);
    if (owner !== undefined && owner.credentials_version === grant.credentialsVersion) return owner;
    await this.grants.end(grant.id, owner === undefined ? 'person_disabled' : 'credentials_changed');
    throw new InvalidGrant('the user is gone, disabled, or has another password');
  }

  /**
   * Removes the scopes of a lost role from all grants of the user. With a remote directory this is the first moment at
   * which the loss is known. The scopes do not come back with the role: that takes a new sign-in.
   */
  private async endLostScopes({ subject, scope }: Grant, { roles }: ResourceOwner): Promise<void> {
    if (scope.every((name) => mayHold(name, roles))) return;
    await this.grants.narrowSubject(subject, (name) => mayHold(name, roles));
  }
}
