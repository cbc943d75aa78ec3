import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { headerValues } from '../../../platform/http/request.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { MalformedBearerRequest, MissingToken } from '../../../protocol/bearer-error.js';
import { IDENTITY_HEADER } from '../../../protocol/identity-assertion.js';
import {
  type ArrivedRequest,
  type AssertionAudience,
  IdentityAssertionVerifier,
} from '../assertions/identity-assertion-verifier.js';
import { CallerAuthentication } from './caller-authentication.js';

/** The gateway has accepted the caller's token and says who it is: the gateway topology. Nothing else counts here. */
@Injectable()
export class AssertionAuthentication extends CallerAuthentication {
  constructor(private readonly verifier: IdentityAssertionVerifier) {
    super();
  }

  async authenticate(request: FastifyRequest, receiver: AssertionAudience): Promise<AccessTokenClaims> {
    const [assertion, ...others] = headerValues(request, IDENTITY_HEADER);
    if (assertion === undefined) throw new MissingToken();
    if (others.length > 0) throw new MalformedBearerRequest('There is more than one X-Identity header.');
    return this.verifier.verify(assertion, receiver, arrived(request));
  }
}

/** The request as it came, not as the router reads it. */
function arrived({ raw: { method = '', url = '' }, arrivedAt }: FastifyRequest): ArrivedRequest {
  if (arrivedAt === undefined) throw new Error('The arrival of the request was not noted.');
  return { method, path: url.split('?', 1)[0]!, arrivedAt };
}
