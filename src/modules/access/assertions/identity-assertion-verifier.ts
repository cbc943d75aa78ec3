import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../../config/config.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { InvalidToken } from '../../../protocol/bearer-error.js';
import { IDENTITY_ASSERTION_TTL, IDENTITY_ASSERTION_TYPE } from '../../../protocol/identity-assertion.js';
import { checkClaims } from '../claims-check.js';
import { TokenSignatures } from '../token-signatures.js';

/** Which role a route is of: an assertion that opens those of one opens none of the other, in one process too. */
export type AssertionReceiver = 'api' | 'identity';

/** Says whether a gateway's assertion counts. Its claims are those of the token that it stands for. */
@Injectable()
export class IdentityAssertionVerifier {
  private readonly audiences: Readonly<Record<AssertionReceiver, string>>;

  constructor(
    private readonly signatures: TokenSignatures,
    private readonly config: TokenConfig,
    private readonly clock: Clock,
  ) {
    this.audiences = { api: config.audience, identity: config.identityAudience };
  }

  /** @throws InvalidToken; Overloaded when the gateway's keys cannot be had */
  async verify(assertion: string, receiver: AssertionReceiver): Promise<AccessTokenClaims> {
    const payload = await this.signatures.payloadOf(assertion, IDENTITY_ASSERTION_TYPE);
    const audience = this.audiences[receiver];
    // One text: the audience that a list has besides could use it here.
    if ((payload as { aud?: unknown } | null)?.aud !== audience) {
      throw new InvalidToken('an assertion for another audience');
    }
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
