import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AssertionReceiver } from '../assertions/identity-assertion-verifier.js';
import { checkScopes } from '../scopes-check.js';
import { receiverOf } from './assertion-receiver.js';
import { CallerAuthentication } from './caller-authentication.js';
import { declaredAccessOf } from './declared-access.js';
import { InternalCallers } from './internal-callers.js';

/** Stands before every route: first the caller, then the access that the route declares. Nothing declared, no way in. */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    private readonly callers: CallerAuthentication,
    private readonly internal: InternalCallers,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = declaredAccessOf(context.getClass(), context.getHandler());
    if (access === undefined)
      throw new Error(`${context.getClass().name} has a route without a declared access.`);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    switch (access.kind) {
      case 'public':
      case 'client':
        break;
      case 'internal':
        this.internal.requireGateway(request);
        break;
      case 'forward-auth-proxy':
        this.internal.requireForwardAuthProxy(request);
        break;
      case 'scopes':
        await this.requireToken(request, access.scopes, receiverOf(context.getClass()));
    }
    return true;
  }

  private async requireToken(
    request: FastifyRequest,
    scopes: readonly string[],
    receiver: AssertionReceiver,
  ): Promise<void> {
    const token = await this.callers.authenticate(request, receiver);
    request.clientId = token.client_id;
    request.subject = token.sub;
    checkScopes(token, scopes);
    request.accessToken = token;
  }
}
