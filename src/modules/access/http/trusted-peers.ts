import type { TLSSocket } from 'node:tls';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { GatewayConfig, InternalConfig, ServerConfig } from '../../../config/config.js';
import { digestsEqual, sha256 } from '../../../platform/crypto/digest.js';
import { headerValues } from '../../../platform/http/request.js';
import { addressList, isListed } from '../../../platform/http/address-list.js';
import { InvalidToken } from '../../../protocol/bearer-error.js';
import { ProblemError } from '../../../protocol/problem.js';
import { bearerToken } from '../bearer-token.js';

/** Knows the peers that are part of this deployment: the gateway by its secret, forward-auth proxies by their addresses. */
@Injectable()
export class TrustedPeers {
  private readonly secrets: readonly Buffer[];
  private readonly proxies;

  constructor(
    { secret, previousSecret }: InternalConfig,
    private readonly server: ServerConfig,
    { forwardAuthProxies }: GatewayConfig,
  ) {
    this.secrets = [secret, previousSecret].filter((text) => text !== undefined).map(sha256);
    this.proxies = addressList(forwardAuthProxies);
  }

  /** @throws BearerError without the secret, ProblemError 403 without the certificate */
  requireGateway(request: FastifyRequest): void {
    const secret = bearerToken(headerValues(request, 'authorization'), Object.keys(request.query ?? {}));
    const presented = sha256(secret);
    // Every secret is compared, whichever it is: which one was presented is nobody's business either.
    const matches = this.secrets.map((accepted) => digestsEqual(accepted, presented));
    if (!matches.includes(true)) throw new InvalidToken('not the internal secret');
    const { tls } = this.server;
    if (tls?.clientCa !== undefined && !(request.raw.socket as TLSSocket).authorized) {
      throw new ProblemError(403, 'This route is for peers that show a client certificate.');
    }
  }

  /**
   * Asks for the peer itself: whoever it says that it speaks for, its answer has an identity in it.
   * @throws ProblemError 403
   */
  requireForwardAuthProxy(request: FastifyRequest): void {
    if (!isListed(this.proxies, request.raw.socket.remoteAddress ?? '')) {
      throw new ProblemError(403, 'This route is for the proxies in FORWARD_AUTH_PROXIES.');
    }
  }
}
