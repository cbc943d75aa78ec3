import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { TokenConfig } from '../../config/config.js';
import { Clock } from '../../platform/clock/clock.js';
import type { AccessTokenClaims } from '../../protocol/access-token.js';
import { InvalidToken } from '../../protocol/bearer-error.js';
import { formatScope, parseScope } from '../../protocol/scopes.js';
import { checkClaims } from './claims-check.js';
import { readSignedTokenHeader } from './signed-token.js';
import { TokenStatus } from './token-status.js';
import { VerificationKeys } from './verification-keys.js';

/** Says whether an access token counts, for whoever asks: guards, introspection, and later the gateway. */
@Injectable()
export class AccessTokenVerifier {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: VerificationKeys,
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
    const { kid, algorithm } = readSignedTokenHeader(token);
    const key = await this.keys.find(kid);
    if (key === undefined || key.algorithm !== algorithm) throw new InvalidToken('no such key');
    return checkClaims(this.verifySignature(token, key.publicKey, algorithm), {
      issuer: this.config.issuer,
      audience: this.config.audience,
      now: this.clock.seconds(),
    });
  }

  /** Synchronous on purpose: an asynchronous verification would queue behind argon2 in the thread pool. */
  private verifySignature(token: string, publicKey: unknown, algorithm: 'ES256' | 'RS256'): unknown {
    try {
      return this.jwt.verify(token, {
        // A parsed key, not PEM: parsing costs as much as a signature. The types of @nestjs/jwt know only text.
        publicKey: publicKey as Buffer,
        algorithms: [algorithm],
        // Times are checked with the rest of the claims, by this server's clock.
        ignoreExpiration: true,
        ignoreNotBefore: true,
      });
    } catch (error) {
      throw new InvalidToken(`the signature does not verify: ${(error as Error).message}`);
    }
  }
}
