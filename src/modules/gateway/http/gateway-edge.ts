import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { liftBodyDeadline } from '../../../platform/http/body-deadline.js';
import type { CorsPolicy } from '../../../platform/http/cors.js';
import type { KnownPaths } from '../../../platform/http/known-paths.js';
import { headerValues } from '../../../platform/http/request.js';
import { GatewayDecision } from '../decision/gateway-decision.js';
import { Forwarder } from '../proxy/forwarder.js';
import { ActiveRoutes } from '../routes/active-routes.js';
import { PublicOrigin } from './public-origin.js';

/** How long what is being forwarded may go on once the process is to end. Milliseconds. */
const GRACE_MS = 5_000;

/**
 * Forwards what this process does not serve itself. It stands before the body is read: nobody sends a gigabyte to learn
 * that the token has expired, and nothing is kept of one that is let through.
 */
@Injectable()
export class GatewayEdge implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly underWay = new Set<ServerResponse>();
  /** Requests whose client waits for a 100 before it sends the body. RFC 9110 §10.1.1. */
  private readonly awaitingContinue = new WeakSet<IncomingMessage>();

  private knownPaths: KnownPaths | undefined;

  constructor(
    private readonly routes: ActiveRoutes,
    private readonly decision: GatewayDecision,
    private readonly forwarder: Forwarder,
    private readonly publicOrigin: PublicOrigin,
  ) {}

  /** To be registered after whatever else looks at a request before its body is read. */
  register(fastify: FastifyInstance, cors: CorsPolicy, knownPaths: KnownPaths): void {
    this.knownPaths = knownPaths;
    fastify.addHook('onRequest', async (request, reply) => {
      if (request.is404) await this.forward(request, reply, cors);
    });
    // Without a listener Node would ask for every body at once, before anything is decided.
    fastify.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (knownPaths.find(request.url ?? '') === undefined) this.awaitingContinue.add(request);
      else response.writeContinue();
      fastify.server.emit('request', request, response);
    });
  }

  /** This process's own routes are declared by now: none of the table's may name one of them. */
  onApplicationBootstrap(): void {
    this.routes.load(this.knownPaths?.all());
  }

  onModuleDestroy(): void {
    setTimeout(() => {
      for (const response of this.underWay) response.socket?.destroy();
    }, GRACE_MS).unref();
  }

  /** @throws whatever refuses the call, as long as no part of an answer was sent */
  private async forward(request: FastifyRequest, reply: FastifyReply, cors: CorsPolicy): Promise<void> {
    const call = {
      method: request.method,
      rawTarget: request.raw.url ?? '',
      authorizations: headerValues(request, 'authorization'),
      ip: request.ip,
    };
    const { limitHeaders, ...admitted } = await this.decision.admit(call, (claims) => {
      request.clientId = claims.client_id;
      request.subject = claims.sub;
    });
    request.forwardedBy = admitted.route.id;
    liftBodyDeadline(request.raw);
    this.underWay.add(reply.raw);
    try {
      const corsHeaders = { Vary: 'Origin', ...(await cors.answerHeaders(request)) };
      await this.forwarder.forward(
        {
          ...admitted,
          ...this.publicOrigin,
          requestId: request.id,
          clientIp: request.ip,
          extraResponseHeaders: { ...limitHeaders, ...corsHeaders },
          awaitsContinue: this.awaitingContinue.has(request.raw),
        },
        request.raw,
        reply.raw,
      );
    } finally {
      this.underWay.delete(reply.raw);
    }
    // Answered already, past Fastify.
    reply.hijack();
  }
}
