import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../config/config.js';
import { type AccessTokenClaims, withDetails } from '../../protocol/access-token.js';
import { InvalidToken } from '../../protocol/bearer-error.js';
import { formatScope } from '../../protocol/scopes.js';
import { displayedDetails } from '../../protocol/user-details.js';
import { AccessTokenVerifier } from '../access/index.js';
import type { Client } from '../clients/index.js';
import { GrantRegistry } from '../tokens/index.js';

/** The answer of the introspection endpoint. RFC 7662 §2.2. */
export type Introspection =
  | { active: false }
  | ({ active: true; token_type: 'Bearer' } & AccessTokenClaims)
  | {
      active: true;
      iss: string;
      sub: string;
      client_id: string;
      scope: string;
      iat: number;
      exp: number;
      sid: string;
    };

const INACTIVE = { active: false } as const;

/** Tells a client what a token is: its own, or an access token for an audience it is registered for. */
@Injectable()
export class TokenIntrospection {
  constructor(
    private readonly grants: GrantRegistry,
    private readonly verifier: AccessTokenVerifier,
    private readonly config: TokenConfig,
  ) {}

  /** Whatever is not the caller's business is `{"active":false}`, as what does not exist. RFC 7662 §4. */
  async introspect(token: string, client: Client): Promise<Introspection> {
    return (await this.accessToken(token, client)) ?? (await this.refreshToken(token, client)) ?? INACTIVE;
  }

  private async accessToken(token: string, client: Client): Promise<Introspection | undefined> {
    try {
      const claims = await this.verifier.verify(token);
      // A client learns of its own tokens what it may see, even where it is their audience as well.
      if (claims.client_id === client.clientId) {
        return activeToken(withDetails(claims, displayedDetails(claims, client.userDetails)));
      }
      const isAudience = [claims.aud].flat().some((audience) => client.audiences.includes(audience));
      return isAudience ? activeToken(claims) : undefined;
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error;
    }
  }

  private async refreshToken(token: string, client: Client): Promise<Introspection | undefined> {
    const state = await this.grants.findByRefreshToken(token);
    if (state === undefined || state.grant.clientId !== client.clientId) return undefined;
    if (state.used !== undefined || !this.grants.isLive(state)) return undefined;
    const { grant, expiresAt } = state;
    return {
      active: true,
      iss: this.config.issuer,
      sub: grant.subject,
      client_id: grant.clientId,
      scope: formatScope(grant.scope),
      iat: Math.floor(grant.lastUsedAt.getTime() / 1000),
      exp: Math.floor(expiresAt.getTime() / 1000),
      sid: grant.id,
    };
  }
}

function activeToken(claims: AccessTokenClaims): Introspection {
  return { active: true, token_type: 'Bearer', ...claims };
}
