import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../../config/config.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { InvalidToken } from '../../../protocol/bearer-error.js';
import {
  type AssertedRequest,
  IDENTITY_ASSERTION_TTL,
  IDENTITY_ASSERTION_TYPE,
  type IdentityAssertionClaims,
} from '../../../protocol/identity-assertion.js';
import { checkClaims } from '../claims-check.js';
import { TokenSignatures } from '../token-signatures.js';

/** Which role a route is of: an assertion that opens those of one opens none of the other, in one process too. */
export type AssertionAudience = 'api' | 'identity';

/** A request that came with an assertion. */
export interface ArrivedRequest extends AssertedRequest {
  /**
   * When its header arrived, in seconds since 1970. The assertion is checked for that time, because the body may take
   * long.
   */
  arrivedAt: number;
}

/** Says whether a gateway's assertion counts. Its claims are those of the token that it stands for. */
@Injectable()
export class IdentityAssertionVerifier {
  private readonly audiences: Readonly<Record<AssertionAudience, string>>;

  constructor(
    private readonly signatures: TokenSignatures,
    private readonly config: TokenConfig,
  ) {
    this.audiences = { api: config.audience, identity: config.identityAudience };
  }

  /** @throws InvalidToken; Overloaded when the gateway's keys cannot be had */
  async verify(
    assertion: string,
    receiver: AssertionAudience,
    request: ArrivedRequest,
  ): Promise<AccessTokenClaims> {
    const payload = await this.signatures.payloadOf(assertion, IDENTITY_ASSERTION_TYPE);
    const audience = this.audiences[receiver];
    // One text: the audience that a list has besides could use it here.
    if ((payload as { aud?: unknown } | null)?.aud !== audience) {
      throw new InvalidToken('an assertion for another audience');
    }
    const claims = checkClaims(payload, {
      issuer: this.config.issuer,
      audience,
      now: request.arrivedAt,
      // A caller left with no scope is refused for its scope (403), as where the token itself is shown.
      scopeMayBeEmpty: true,
    });
    const { htm, path } = claims as Partial<IdentityAssertionClaims>;
    if (htm !== request.method || path !== request.path) throw new InvalidToken('for another request');
    // An assertion cannot be revoked, so its lifetime is what bounds the use of a captured one.
    if (claims.exp - claims.iat > IDENTITY_ASSERTION_TTL) throw new InvalidToken('its lifetime is too long');
    return claims;
  }
}
