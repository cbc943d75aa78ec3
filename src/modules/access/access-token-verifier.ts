import { Injectable } from '@nestjs/common';
import { TokenConfig } from '../../config/config.js';
import { Clock } from '../../platform/clock/clock.js';
import {
  ACCESS_TOKEN_TYPE,
  type AccessTokenClaims,
  OPAQUE_TAG,
  withDetails,
} from '../../protocol/access-token.js';
import { InvalidToken } from '../../protocol/bearer-error.js';
import { keepScopes } from '../../protocol/scopes.js';
import { checkClaims } from './claims-check.js';
import { OpaqueAccessTokens } from './opaque-access-tokens.js';
import { TokenSignatures } from './token-signatures.js';
import { type IssuedToken, type LiveGrant, TokenStatus } from './token-status.js';

/** Says whether an access token counts, for whoever asks: guards, introspection and the gateway. */
@Injectable()
export class AccessTokenVerifier {
  constructor(
    private readonly signatures: TokenSignatures,
    private readonly status: TokenStatus,
    private readonly opaqueTokens: OpaqueAccessTokens,
    private readonly config: TokenConfig,
    private readonly clock: Clock,
  ) {}

  /**
   * Validates a token as RFC 9068 §4 says and asks whether its grant still lives. The `scope` of the answer is
   * what the token has and its grant still has; its user details are the grant's, which are more than the client
   * itself may see.
   * @param disconnection of the request that has the token
   * @throws InvalidToken, Disconnected
   */
  async verify(token: string, disconnection?: AbortSignal): Promise<AccessTokenClaims> {
    const { claims, live } = isOpaque(token)
      ? await this.readOpaque(token, disconnection)
      : await this.readSigned(token, disconnection);
    return asOf(claims, live);
  }

  /**
   * The claims of a token that was accepted before, as its grant is now. Its expiry is not checked again.
   * @throws InvalidToken
   */
  async revalidate(accepted: AccessTokenClaims): Promise<AccessTokenClaims> {
    return asOf(accepted, await this.status.live(accepted));
  }

  /**
   * The claims of a genuine, unexpired token, whether or not it was revoked.
   * @throws InvalidToken
   */
  async readClaims(token: string): Promise<AccessTokenClaims> {
    return isOpaque(token) ? (await this.readOpaque(token)).claims : this.readSignedClaims(token);
  }

  private async readSigned(token: string, disconnection?: AbortSignal): Promise<IssuedToken> {
    const claims = await this.readSignedClaims(token);
    return { claims, live: await this.status.live(claims, disconnection) };
  }

  private async readSignedClaims(token: string): Promise<AccessTokenClaims> {
    return this.check(await this.signatures.payloadOf(token, ACCESS_TOKEN_TYPE));
  }

  private async readOpaque(token: string, disconnection?: AbortSignal): Promise<IssuedToken> {
    const found = await this.opaqueTokens.find(token, disconnection);
    if (found === undefined) throw new InvalidToken('unknown opaque token');
    return { ...found, claims: this.check(found.claims) };
  }

  private check(payload: unknown): AccessTokenClaims {
    return checkClaims(payload, {
      issuer: this.config.issuer,
      audience: this.config.audience,
      now: this.clock.seconds(),
    });
  }
}

/** @throws InvalidToken when the grant has ended */
function asOf(claims: AccessTokenClaims, live: LiveGrant | undefined): AccessTokenClaims {
  if (live === undefined) throw new InvalidToken('revoked, or its grant has ended');
  const scope = keepScopes(claims.scope, (name) => live.scope.includes(name));
  return withDetails({ ...claims, scope }, live.details);
}

/** The tag decides, and each kind has its one way: nothing that fails as the one is tried as the other. */
function isOpaque(token: string): boolean {
  return token.startsWith(OPAQUE_TAG);
}
