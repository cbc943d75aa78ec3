import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { TokenConfig } from '../../../config/config.js';
import { Clock } from '../../../platform/clock/clock.js';
import { randomToken } from '../../../platform/crypto/random.js';
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from '../../../protocol/access-token.js';
import type { SigningAlgorithm } from '../../../protocol/grant-types.js';
import { formatScope } from '../../../protocol/scopes.js';
import type { Grant } from '../grants/grant.js';
import { SigningKeyRing } from '../signing-keys/signing-key-ring.js';

export interface AccessTokenRequest {
  grant: Grant;
  /** A part of the grant's scope, or all of it. */
  scope: readonly string[];
  /** Seconds. */
  ttl: number;
  algorithm: SigningAlgorithm;
}

/** Signs access tokens. RFC 9068. */
@Injectable()
export class AccessTokenIssuer {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeyRing,
    private readonly config: TokenConfig,
    private readonly clock: Clock,
  ) {}

  /** @returns the token and the whole seconds it lives, which end with the grant at the latest */
  async issue({
    grant,
    scope,
    ttl,
    algorithm,
  }: AccessTokenRequest): Promise<{ token: string; expiresIn: number }> {
    const key = await this.keys.current(algorithm);
    const iat = this.clock.seconds();
    // Rounded up, so that a grant's last moment still yields a whole second; the grant's own end is asked for anyway.
    const exp = Math.min(iat + ttl, Math.ceil(grant.expiresAt.getTime() / 1000));
    const claims: AccessTokenClaims = {
      iss: this.config.issuer,
      sub: grant.subject,
      aud: this.config.audience,
      client_id: grant.clientId,
      scope: formatScope(scope),
      iat,
      exp,
      jti: randomToken(),
      sid: grant.id,
      ...(grant.amr.length > 0
        ? { auth_time: Math.floor(grant.authTime.getTime() / 1000), amr: [...grant.amr] }
        : {}),
    };
    const token = this.jwt.sign(claims, {
      // A parsed key, not PEM; the types of @nestjs/jwt know only text and secrets.
      privateKey: key.privateKey as unknown as Buffer,
      algorithm: key.algorithm,
      header: { typ: ACCESS_TOKEN_TYPE, alg: key.algorithm, kid: key.kid },
    });
    return { token, expiresIn: exp - iat };
  }
}
