import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkScopes } from '../scopes-check.js';
import { SubjectStatus } from '../subject-status.js';
import { AccessDeclarations, type DeclaredRoute } from './access-declarations.js';
import { AssertionAudiences } from './assertion-audiences.js';
import { CallerAuthentication } from './caller-authentication.js';
import { TrustedPeers } from './trusted-peers.js';

/**
 * The maximum age of a decision when the handler begins. A caller may send its body slowly and lose its access
 * meanwhile. Milliseconds.
 */
export const MAX_DECISION_AGE_MS = 100;

type Handler = Pick<DeclaredRoute, 'controller' | 'handler' | 'access'>;

interface Decision {
  handler: Function;
  /** As of performance.now(). */
  at: number;
}

/**
 * Decides whether a request may use a route: first the caller, then the access that the route declares. It decides
 * before the body is read, so that a caller without access learns nothing about the body and costs no parsing. It
 * decides again if the body took long.
 */
@Injectable()
export class RouteAccess {
  /** The decision for each request, so that nothing is verified twice. */
  private readonly decisions = new WeakMap<FastifyRequest, Decision>();

  constructor(
    private readonly declarations: AccessDeclarations,
    private readonly callers: CallerAuthentication,
    private readonly subjects: SubjectStatus,
    private readonly receivers: AssertionAudiences,
    private readonly peers: TrustedPeers,
  ) {}

  /** Register it after every other hook that may respond before the body is read. */
  register(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', async (request) => {
      const { url } = request.routeOptions;
      if (request.is404 || url === undefined) return;
      const route = this.declarations.find(request.method, url);
      if (route !== undefined) await this.decide(request, route);
    });
  }

  /** @throws BearerError; ProblemError 403; Overloaded */
  async decide(request: FastifyRequest, { controller, handler, access }: Handler): Promise<void> {
    const decision = this.decisions.get(request);
    if (decision?.handler === handler && performance.now() - decision.at <= MAX_DECISION_AGE_MS) return;
    if (access === undefined) throw new Error(`${controller.name} has a route without a declared access.`);
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
    this.decisions.set(request, { handler, at: performance.now() });
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
    const current = await this.subjects.confirm(token, scopes, request.disconnection);
    checkScopes(current, scopes);
    request.accessToken = current;
  }
}
