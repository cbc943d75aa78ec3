import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { TokenConfig } from '../../../config/config.js';
import { Clock } from '../../../platform/clock/clock.js';
import { randomToken } from '../../../platform/crypto/random.js';
import { ACCESS_TOKEN_TYPE, type AccessTokenFormat } from '../../../protocol/access-token.js';
import type { SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import type { UserDetails } from '../../../protocol/user-details.js';
import type { Grant } from '../grants/grant.js';
import { SigningKeyRing } from '../signing-keys/signing-key-ring.js';
import { accessTokenClaims } from './access-token-claims.js';
import { newOpaqueAccessToken } from './opaque-access-token.js';
import { OpaqueAccessTokenStore } from './opaque-access-token-store.js';

export interface AccessTokenRequest {
  grant: Grant;
  /** A part of the grant's scope, or all of it. */
  scope: readonly string[];
  /** Seconds. */
  ttl: number;
  format: AccessTokenFormat;
  /** Of a JWT. */
  algorithm: SigningAlgorithm;
  /** User details that a JWT shows to whoever holds it; an opaque token shows none. */
  displayed: UserDetails;
}

/** When a token was issued and expires. Seconds since 1970. */
interface Period {
  iat: number;
  exp: number;
}

/** Issues access tokens: JWTs by RFC 9068, and opaque ones whose claims stay in the store. */
@Injectable()
export class AccessTokenIssuer {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeyRing,
    private readonly opaqueTokens: OpaqueAccessTokenStore,
    private readonly config: TokenConfig,
    private readonly clock: Clock,
  ) {}

  /** @returns the token and the whole seconds it lives, which end with the grant at the latest */
  async issue(request: AccessTokenRequest): Promise<{ token: string; expiresIn: number }> {
    const iat = this.clock.seconds();
    // Rounded up, so that a grant's last moment still yields a whole second; the grant's own end is asked for anyway.
    const exp = Math.min(iat + request.ttl, Math.ceil(request.grant.expiresAt.getTime() / 1000));
    const token =
      request.format === 'opaque'
        ? await this.storeOpaque(request, { iat, exp })
        : await this.sign(request, { iat, exp });
    return { token, expiresIn: exp - iat };
  }

  private async sign(
    { grant, scope, algorithm, displayed }: AccessTokenRequest,
    period: Period,
  ): Promise<string> {
    const key = await this.keys.current(algorithm);
    const claims = accessTokenClaims(grant, { scope, ...period, jti: randomToken() }, this.config);
    return this.jwt.sign(
      { ...claims, ...displayed },
      {
        // A parsed key, not PEM; the types of @nestjs/jwt know only text and secrets.
        privateKey: key.privateKey as unknown as Buffer,
        algorithm: key.algorithm,
        header: { typ: ACCESS_TOKEN_TYPE, alg: key.algorithm, kid: key.kid },
      },
    );
  }

  private async storeOpaque({ grant, scope }: AccessTokenRequest, { iat, exp }: Period): Promise<string> {
    const { token, hash } = newOpaqueAccessToken();
    await this.opaqueTokens.add({
      hash,
      grantId: grant.id,
      scope,
      issuedAt: new Date(iat * 1000),
      expiresAt: new Date(exp * 1000),
    });
    return token;
  }
}
