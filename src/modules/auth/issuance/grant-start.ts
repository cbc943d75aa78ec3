import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../../config/config.js';
import type { SignedInOwner } from '../../../protocol/resource-owner.js';
import type { Client } from '../../clients/index.js';
import { type Grant, GrantRegistry } from '../../tokens/index.js';
import type { TokenRequest } from '../token-request.js';
import { ownScopesOf } from '../scopes/scope-policy.js';
import { lifetimesOf } from './lifetimes.js';
import { UserDetailsSnapshot } from './user-details-snapshot.js';

/** Begins the grant that tokens are issued under. */
@Injectable()
export class GrantStart {
  constructor(
    private readonly grants: GrantRegistry,
    private readonly details: UserDetailsSnapshot,
    private readonly config: TokenConfig,
  ) {}

  /** A new grant, with a refresh token if the client may refresh. */
  ofUser(
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
        details: this.details.take(owner, client),
        ip,
        userAgent,
      },
      lifetimesOf(client, this.config),
      client.grantTypes.includes('refresh_token'),
    );
  }

  /** The grant of the client itself, which is begun once and lives as long as the client is enabled. */
  ofClient(client: Client): Promise<Grant> {
    return this.grants.ofClient(client.clientId, ownScopesOf(client));
  }
}
