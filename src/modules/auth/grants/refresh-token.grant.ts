import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../../config/config.js';
import { networkOf } from '../../../platform/http/address-network.js';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { InvalidGrant } from '../../../protocol/oauth-error.js';
import type { ResourceOwner } from '../../../protocol/resource-owner.js';
import { mayHold } from '../../../protocol/scopes.js';
import { Throttled } from '../../../protocol/throttled.js';
import type { TokenAnswer } from '../../../protocol/token-answer.js';
import type { Client } from '../../clients/index.js';
import { Directory } from '../../directory/index.js';
import {
  type Grant,
  GrantRegistry,
  type RefreshOrigin,
  RefreshTokenRotation,
  type RefreshTokenState,
} from '../../tokens/index.js';
import { refreshedScope } from '../scopes/scope-policy.js';
import { GrantedDetails } from './granted-details.js';
import { GrantHandler, type TokenRequest, required } from './grant-handler.js';
import { lifetimesOf } from './lifetimes.js';
import { TokenAnswers } from './token-answers.js';

/** When a caller that repeats a rotation too often should try again. Seconds. */
const RETRY_AFTER = 1;

/** Refreshing an access token; every use rotates the refresh token. RFC 6749 §6, RFC 9700 §4.14.2. */
@Injectable()
export class RefreshTokenGrant extends GrantHandler {
  readonly type = 'refresh_token';

  constructor(
    private readonly grants: GrantRegistry,
    private readonly rotation: RefreshTokenRotation,
    private readonly directory: Directory,
    private readonly details: GrantedDetails,
    private readonly answers: TokenAnswers,
    private readonly config: TokenConfig,
    private readonly logger: AppLogger,
  ) {
    super();
  }

  async handle({
    client,
    form,
    ip,
    userAgent,
    disconnection,
    onSubject,
  }: TokenRequest): Promise<TokenAnswer> {
    const presented = required(form, 'refresh_token');
    const { grant: found, used } = await this.findToken(presented, client);
    onSubject(found.subject);
    // A used token may be stolen, so it is checked to the end, whether or not its client waits for the response.
    const ending = used === undefined ? disconnection : undefined;
    const owner = await this.confirmOwner(found, ending);
    await this.takeLostScopes(found, owner);
    // If the successor does not reach the client, the next use of the token would be a repeat.
    ending?.throwIfAborted();
    const grant = { ...found, details: this.details.of(owner, client) };
    const origin = { network: networkOf(ip), userAgent };
    // A used token is judged first, whatever else is asked.
    const successor = used === undefined ? undefined : await this.rotate(presented, grant, client, origin);
    // Before a live one is consumed: a request for too much must not cost the client its token.
    const scope = refreshedScope(grant.scope, client, owner.roles, form.get('scope'));
    const refreshToken = successor ?? (await this.rotate(presented, grant, client, origin));
    return this.answers.answer(client, grant, scope, refreshToken);
  }

  /** A token of this client. Another client's attempt changes nothing: it must not burn the token. */
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

  /** The person as of now. A grant ends with the person's account, and with the password it was made by. */
  private async confirmOwner(grant: Grant, disconnection?: AbortSignal): Promise<ResourceOwner> {
    const owner = await this.directory.describe(grant.subject, disconnection);
    if (owner !== undefined && owner.credentials_version === grant.credentialsVersion) return owner;
    await this.grants.end(grant.id, owner === undefined ? 'person_disabled' : 'credentials_changed');
    throw new InvalidGrant('the person is gone, disabled, or has another password');
  }

  /**
   * Where another process knows the people, this is when a lost role is learnt of. What it carried leaves all of the
   * person's grants for good, as it does at once where one process knows both: a role that comes back takes a new sign-in.
   */
  private async takeLostScopes({ subject, scope }: Grant, { roles }: ResourceOwner): Promise<void> {
    if (scope.every((name) => mayHold(name, roles))) return;
    await this.grants.narrowSubject(subject, (name) => mayHold(name, roles));
  }

  private async rotate(
    presented: string,
    grant: Grant,
    client: Client,
    origin: RefreshOrigin,
  ): Promise<string> {
    const lifetimes = lifetimesOf(client, this.config);
    const rotation = await this.rotation.rotate(presented, grant, lifetimes, origin);
    const logged = {
      client_id: grant.clientId,
      sub: grant.subject,
      grant_id: grant.id,
      network: origin.network,
      user_agent: origin.userAgent,
    };
    switch (rotation.outcome) {
      case 'rotated':
        return rotation.refreshToken;
      case 'repeated':
        // The others are counted with the rotation.
        if (rotation.repeats === 1) this.logger.info(logged, 'a refresh was repeated within the leeway');
        return rotation.refreshToken;
      case 'repeated_too_often':
        throw new Throttled('a refresh was repeated too often', RETRY_AFTER);
      case 'reused':
        this.logger.warn(
          { ...logged, rotation_network: rotation.rotationNetwork },
          'a used refresh token came back: the grant has ended',
        );
        throw new InvalidGrant('reuse of a refresh token');
      case 'dead':
        throw new InvalidGrant('expired or ended refresh token');
    }
  }
}
