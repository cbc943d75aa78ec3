import { Injectable } from '@nestjs/common';
import { RolesConfig, TokenConfig } from '../../../config/config.js';
import { identityAudience } from '../../../config/topology.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { InvalidToken } from '../../../protocol/bearer-error.js';
import { IDENTITY_ASSERTION_TTL, IDENTITY_ASSERTION_TYPE } from '../../../protocol/identity-assertion.js';
import { checkClaims } from '../claims-check.js';
import { TokenSignatures } from '../token-signatures.js';

/** Says whether a gateway's assertion counts in this process. Its claims are those of the token that it stands for. */
@Injectable()
export class IdentityAssertionVerifier {
  /** What an assertion may be meant for, by what this process serves. */
  private readonly audiences: readonly string[];

  constructor(
    private readonly signatures: TokenSignatures,
    private readonly config: TokenConfig,
    private readonly clock: Clock,
    roles: RolesConfig,
  ) {
    this.audiences = [
      ...(roles.api ? [config.audience] : []),
      ...(roles.identity ? [identityAudience(config.issuer)] : []),
    ];
  }

  /** @throws InvalidToken; Overloaded when the gateway's keys cannot be had */
  async verify(assertion: string): Promise<AccessTokenClaims> {
    const payload = await this.signatures.payloadOf(assertion, IDENTITY_ASSERTION_TYPE);
    const audience = this.audiences.find((name) => name === (payload as { aud?: unknown } | null)?.aud);
    if (audience === undefined) throw new InvalidToken('an assertion for another audience');
    const claims = checkClaims(payload, {
      issuer: this.config.issuer,
      audience,
      now: this.clock.seconds(),
      // A caller left with no scope is refused for its scope (403), as where the token itself is shown.
      scopeMayBeEmpty: true,
    });
    // Nobody can take an assertion back, so one that outlives its minute is none of the gateway's.
    if (claims.exp - claims.iat > IDENTITY_ASSERTION_TTL) throw new InvalidToken('an assertion for too long');
    return claims;
  }
}
