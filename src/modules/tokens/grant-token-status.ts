import { Injectable } from '@nestjs/common';
import { UUID } from '../../protocol/characters.js';
import type { AccessTokenClaims } from '../../protocol/access-token.js';
import { type LiveGrant, TokenStatus } from '../access/index.js';
import { GrantRegistry } from './grants/grant-registry.js';

/** An access token lives as long as its grant: asked of the database each time, so an end counts at once, everywhere. */
@Injectable()
export class GrantTokenStatus extends TokenStatus {
  constructor(private readonly grants: GrantRegistry) {
    super();
  }

  async live(
    { sid, jti, sub, client_id }: AccessTokenClaims,
    disconnection?: AbortSignal,
  ): Promise<LiveGrant | undefined> {
    if (!UUID.test(sid)) return undefined;
    const grant = await this.grants.findLive(sid, jti, disconnection);
    return grant?.subject === sub && grant.clientId === client_id ? grant : undefined;
  }
}
