import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../config/config.js';
import { Clock } from '../../platform/clock/clock.js';
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from '../../protocol/access-token.js';
import { InvalidToken } from '../../protocol/bearer-error.js';
import { formatScope, parseScope } from '../../protocol/scopes.js';
import { checkClaims } from './claims-check.js';
import { TokenSignatures } from './token-signatures.js';
import { TokenStatus } from './token-status.js';

/** Says whether an access token counts, for whoever asks: guards, introspection, and later the gateway. */
@Injectable()
export class AccessTokenVerifier {
  constructor(
    private readonly signatures: TokenSignatures,
    private readonly status: TokenStatus,
    private readonly config: TokenConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Validates a token as RFC 9068 §4 says and asks whether its grant still lives. The `scope` of the answer is
   * what the token has and its grant still has.
   * @throws InvalidToken
   */
  async verify(token: string): Promise<AccessTokenClaims> {
    const claims = await this.readClaims(token);
    const liveScopes = await this.status.liveScopes(claims);
    if (liveScopes === undefined) throw new InvalidToken('revoked, or its grant has ended');
    const scope = formatScope(parseScope(claims.scope).filter((name) => liveScopes.includes(name)));
    return { ...claims, scope };
  }

  /**
   * The claims of a genuine, unexpired token, whether or not it was revoked.
   * @throws InvalidToken
   */
  async readClaims(token: string): Promise<AccessTokenClaims> {
    return checkClaims(await this.signatures.payloadOf(token, ACCESS_TOKEN_TYPE), {
      issuer: this.config.issuer,
      audience: this.config.audience,
      now: this.clock.seconds(),
    });
  }
}
