import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { checkScopes } from '../scopes-check.js';
import { SubjectStatus } from '../subject-status.js';
import { AssertionReceivers } from './assertion-receivers.js';
import { CallerAuthentication } from './caller-authentication.js';
import { declaredAccessOf } from './declared-access.js';
import { TrustedPeers } from './trusted-peers.js';

/** Stands before every route: first the caller, then the access that the route declares. Nothing declared, no way in. */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    private readonly callers: CallerAuthentication,
    private readonly subjects: SubjectStatus,
    private readonly receivers: AssertionReceivers,
    private readonly peers: TrustedPeers,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const controller = context.getClass();
    const access = declaredAccessOf(controller, context.getHandler());
    if (access === undefined) throw new Error(`${controller.name} has a route without a declared access.`);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    switch (access.kind) {
      case 'public':
      case 'client':
        break;
      case 'internal':
        this.peers.requireGateway(request);
        break;
      case 'forward-auth-proxy':
        this.peers.requireForwardAuthProxy(request);
        break;
      case 'scopes':
        await this.requireToken(request, access.scopes, controller);
    }
    return true;
  }

  private async requireToken(
    request: FastifyRequest,
    scopes: readonly string[],
    controller: Function,
  ): Promise<void> {
    const receiver = this.receivers.of(controller);
    if (receiver === undefined) throw new Error(`${controller.name} is of no role.`);
    const token = await this.callers.authenticate(request, receiver);
    request.clientId = token.client_id;
    request.subject = token.sub;
    const current = await this.subjects.confirm(token, scopes);
    checkScopes(current, scopes);
    request.accessToken = current;
  }
}
