import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ServerConfig } from '../../../config/config.js';
import type { CorsPolicy } from '../../../platform/http/cors.js';
import type { OwnPaths } from '../../../platform/http/own-paths.js';
import { headerValues } from '../../../platform/http/request.js';
import { type AdmittedCall, GatewayDecision } from '../decision/gateway-decision.js';
import type { Admission } from '../proxy/admission.js';
import { callerOf } from '../proxy/caller.js';
import { Forwarder } from '../proxy/forwarder.js';
import { Tunnels } from '../proxy/web-socket/tunnels.js';
import { VersionNotSpoken } from '../proxy/web-socket/web-socket-handshake.js';
import { ActiveRoutes } from '../routes/active-routes.js';
import { DirectoryRequests } from '../user-changes/directory-requests.js';
import { Preflights } from './preflights.js';
import { type Upgrade, Upgrades } from './upgrades.js';

/** How long what is being forwarded may go on once the process is to end. Milliseconds. */
const GRACE_MS = 5_000;

/** Time between two checks whether a request under way is still admitted. Milliseconds. */
const REVALIDATION_MS = 5_000;

/**
 * Forwards what this process does not serve itself. It stands before the body is read: nobody sends a gigabyte to learn
 * that the token has expired, and nothing is kept of one that is let through.
 */
@Injectable()
export class GatewayEdge implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly underWay = new Set<ServerResponse>();
  /** Requests whose client waits for a 100 before it sends the body. RFC 9110 §10.1.1. */
  private readonly awaitingContinue = new WeakSet<IncomingMessage>();
  private ownPaths: OwnPaths | undefined;

  constructor(
    private readonly routes: ActiveRoutes,
    private readonly decision: GatewayDecision,
    private readonly directoryRequests: DirectoryRequests,
    private readonly forwarder: Forwarder,
    private readonly tunnels: Tunnels,
    private readonly upgrades: Upgrades,
    private readonly preflights: Preflights,
    private readonly config: ServerConfig,
  ) {}

  /** To be registered after whatever else looks at a request before its body is read. */
  register(fastify: FastifyInstance, cors: CorsPolicy, ownPaths: OwnPaths): void {
    this.ownPaths = ownPaths;
    this.preflights.register(cors);
    fastify.addHook('onRequest', async (request, reply) => {
      if (request.is404) await this.pass(request, reply, cors);
    });
    this.upgrades.listen(fastify.server, ownPaths);
    fastify.unknownMethods.ask((rawTarget) => this.routes.current.refusalOfUnknownMethod(rawTarget));
    // Without a listener Node would ask for every body at once, before anything is decided.
    fastify.server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (ownPaths.find(request.url ?? '') === undefined) this.awaitingContinue.add(request);
      else response.writeContinue();
      fastify.server.emit('request', request, response);
    });
  }

  /** This process's own routes are declared by now: none of the table's may name one of them. */
  onApplicationBootstrap(): void {
    if (this.ownPaths === undefined) throw new Error('The gateway was not registered with the server.');
    this.routes.load(this.ownPaths);
  }

  onModuleDestroy(): void {
    setTimeout(() => {
      for (const response of this.underWay) response.socket?.destroy();
    }, GRACE_MS).unref();
  }

  /** @throws whatever refuses the call, as long as no part of an answer was sent */
  private async pass(request: FastifyRequest, reply: FastifyReply, cors: CorsPolicy): Promise<void> {
    const call = {
      method: request.method,
      rawTarget: request.raw.url ?? '',
      authorizations: headerValues(request, 'authorization'),
      ip: request.ip,
      disconnection: request.disconnection,
    };
    const admitted = await this.decision.admit(call, (claims) => {
      request.clientId = claims.client_id;
      request.subject = claims.sub;
    });
    request.forwardedBy = admitted.route.id;
    const upgrade = this.upgrades.of(request.raw);
    const corsHeaders = await cors.answerHeaders(request, admitted.route.cors);
    const admission = this.admissionOf(request, admitted, call.ip, corsHeaders, upgrade !== undefined);
    if (upgrade === undefined) await this.forward(admission, request, reply);
    else await this.tunnel(admission, upgrade, request, reply);
    // Answered already, past Fastify.
    reply.hijack();
  }

  private admissionOf(
    request: FastifyRequest,
    { route, path, claims, identityHeaders, renewIdentity, limitHeaders, refusalNow }: AdmittedCall,
    clientIp: string,
    corsHeaders: Readonly<Record<string, string>>,
    asWebSocket: boolean,
  ): Admission {
    return {
      route,
      path,
      claims,
      identityHeaders,
      renewIdentity,
      terms: {
        expiresAt: claims === undefined ? undefined : claims.exp * 1000,
        refusalNow: () => refusalNow(asWebSocket),
        checkMs: REVALIDATION_MS,
      },
      requestId: request.id,
      caller: callerOf(claims, clientIp),
      clientIp,
      publicOrigin: this.config.issuer,
      extraResponseHeaders: { ...limitHeaders, Vary: 'Origin', ...corsHeaders },
      awaitsContinue: this.awaitingContinue.has(request.raw),
      change: this.directoryRequests.changeBy({ method: request.method, route, path, claims }),
    };
  }

  private async forward(admission: Admission, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    this.underWay.add(reply.raw);
    try {
      await this.forwarder.forward(admission, request.raw, reply.raw);
    } finally {
      this.underWay.delete(reply.raw);
    }
  }

  private async tunnel(
    admission: Admission,
    upgrade: Upgrade,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const handshake = { ...upgrade, request: request.raw, response: reply.raw };
    this.underWay.add(reply.raw);
    try {
      await this.tunnels.tunnel(admission, handshake);
    } catch (error) {
      if (error instanceof VersionNotSpoken) void reply.headers(error.headers);
      throw error;
    } finally {
      this.underWay.delete(reply.raw);
    }
    if (reply.raw.headersSent) return;
    request.switchedProtocols = true;
    // Nothing else tells that the exchange is over: its response was never written.
    reply.raw.emit('close');
  }
}
