import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { InvalidToken } from '../../protocol/bearer-error.js';
import { readSignedTokenHeader } from './jws-header.js';
import { VerificationKeys } from './verification-keys.js';

/** Verifies the signature of a compact JWS by the issuer's keys, for tokens and assertions alike. RFC 7515 §5.2. */
@Injectable()
export class TokenSignatures {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: VerificationKeys,
  ) {}

  /**
   * The payload of a genuine token, its claims still unchecked.
   * @param type the `typ` that it must have: one kind of token never passes for another (RFC 8725 §3.11)
   * @throws InvalidToken
   */
  async payloadOf(token: string, type: string): Promise<unknown> {
    const { kid, algorithm } = readSignedTokenHeader(token, type);
    const key = await this.keys.find(kid);
    if (key === undefined || key.algorithm !== algorithm) throw new InvalidToken('no such key');
    try {
      // Synchronous on purpose: an asynchronous verification would queue behind argon2 in the thread pool.
      return this.jwt.verify(token, {
        // A parsed key, not PEM: parsing costs as much as a signature. The types of @nestjs/jwt know only text.
        publicKey: key.publicKey as unknown as Buffer,
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
