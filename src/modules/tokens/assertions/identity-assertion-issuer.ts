import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { TokenConfig } from '../../../config/config.js';
import { Clock } from '../../../platform/clock/clock.js';
import { randomToken } from '../../../platform/crypto/random.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import {
  type AssertedRequest,
  IDENTITY_ASSERTION_TTL,
  IDENTITY_ASSERTION_TYPE,
  type IdentityAssertionClaims,
} from '../../../protocol/identity-assertion.js';
import { SigningKeyRing } from '../signing-keys/signing-key-ring.js';

/** Signs what the gateway tells an upstream about a caller. ES256 always: one algorithm that every upstream needs. */
@Injectable()
export class IdentityAssertionIssuer {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: SigningKeyRing,
    private readonly config: TokenConfig,
    private readonly clock: Clock,
  ) {}

  /** @param token claims of the accepted access token; the assertion never outlives it */
  async issue(
    token: AccessTokenClaims,
    audience: string,
    { method, path }: AssertedRequest,
  ): Promise<string> {
    const { privateKey, kid } = await this.keys.current('ES256');
    const iat = this.clock.seconds();
    const claims: IdentityAssertionClaims = {
      ...token,
      iss: this.config.issuer,
      aud: audience,
      iat,
      exp: Math.min(iat + IDENTITY_ASSERTION_TTL, token.exp),
      jti: randomToken(),
      htm: method,
      path,
    };
    return this.jwt.sign(claims, {
      // A parsed key, not PEM; the types of @nestjs/jwt know only text and secrets.
      privateKey: privateKey as unknown as Buffer,
      algorithm: 'ES256',
      header: { typ: IDENTITY_ASSERTION_TYPE, alg: 'ES256', kid },
    });
  }
}
