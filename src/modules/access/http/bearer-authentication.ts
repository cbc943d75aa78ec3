import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { headerValues } from '../../../platform/http/request.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { AccessTokenVerifier } from '../access-token-verifier.js';
import { bearerToken } from '../bearer-token.js';
import { CallerAuthentication } from './caller-authentication.js';

/** The caller shows an access token itself: the direct topology. RFC 6750 §2.1. */
@Injectable()
export class BearerAuthentication extends CallerAuthentication {
  constructor(private readonly verifier: AccessTokenVerifier) {
    super();
  }

  async authenticate(request: FastifyRequest): Promise<AccessTokenClaims> {
    const token = bearerToken(headerValues(request, 'authorization'), Object.keys(request.query ?? {}));
    return this.verifier.verify(token, request.disconnection);
  }
}
