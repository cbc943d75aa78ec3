import { Injectable } from '@nestjs/common';
import type { GrantType } from '../../../protocol/grant-types.js';
import { InvalidClient, InvalidGrant } from '../../../protocol/oauth-error.js';
import type { SignedInOwner } from '../../../protocol/resource-owner.js';
import { mayHold } from '../../../protocol/scopes.js';
import { type Client, ClientAuthenticator } from '../../clients/index.js';
import { Directory } from '../../directory/index.js';
import { type Grant, GrantRegistry } from '../../tokens/index.js';
import type { TokenRequest } from '../token-request.js';
import { mayUseGrantType } from '../client-grant-types.js';

/**
 * Reads user and client once more after the grant is stored. A change (a disabled user, a new password, a lost role or
 * scope) ends or narrows the grants that are stored already. A grant stored later is caught here.
 */
@Injectable()
export class FinalCheck {
  constructor(
    private readonly directory: Directory,
    private readonly clients: ClientAuthenticator,
    private readonly grants: GrantRegistry,
  ) {}

  /** @throws InvalidGrant, with the grant ended, when the user or the client may no longer have it */
  async ofUser(
    owner: SignedInOwner,
    grant: Grant,
    { client, grantType }: TokenRequest,
    { isRefreshable }: { isRefreshable: boolean },
  ): Promise<void> {
    const user = await this.directory.describe(owner.sub);
    const registration = await this.clients.reconfirm(client);
    const stands =
      permits(registration, isRefreshable ? [grantType, 'refresh_token'] : [grantType], grant) &&
      user?.credentials_version === owner.credentials_version &&
      grant.scope.every((name) => mayHold(name, user.roles));
    if (stands) return;
    await this.grants.end(grant.id, 'overtaken');
    throw new InvalidGrant('the user or the client changed during the request');
  }

  /** @throws InvalidClient, with the grant ended, when the client may no longer have it */
  async ofClient(grant: Grant, { client, grantType }: TokenRequest): Promise<void> {
    const registration = await this.clients.reconfirm(client);
    if (permits(registration, [grantType], grant)) return;
    await this.grants.end(grant.id, 'overtaken');
    throw new InvalidClient(false, 'the client changed during the request');
  }
}

function permits(client: Client | undefined, grantTypes: readonly GrantType[], { scope }: Grant): boolean {
  return (
    client !== undefined &&
    grantTypes.every((type) => mayUseGrantType(client, type)) &&
    scope.every((name) => client.scope.includes(name))
  );
}
