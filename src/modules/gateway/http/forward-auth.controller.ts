import { All, Controller, Get, Header, HttpCode, type OnModuleInit, Req, Res } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FOR_ANY_HOST, headerValues } from '../../../platform/http/request.js';
import { RequireForwardAuthProxy } from '../../access/index.js';
import { GatewayDecision } from '../decision/gateway-decision.js';
import type { Dialect } from '../forward-auth/dialects.js';
import { originalCall } from '../forward-auth/original-call.js';
import { NGINX_STATUSES, registerNginxStatuses } from './forward-auth.statuses.js';

/**
 * The gateway's decision for another proxy, which asks before it forwards a request itself: 200 without a body and with
 * the headers that it is to give its upstream, or the refusal that it is to give its client. In no OpenAPI document, since
 * no client calls it: deploy/README.md has the contract.
 */
@ApiExcludeController()
@RequireForwardAuthProxy()
@Controller('forward-auth')
export class ForwardAuthController implements OnModuleInit {
  constructor(
    private readonly decision: GatewayDecision,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    registerNginxStatuses(this.adapterHost.httpAdapter.getInstance<FastifyInstance>());
  }

  @Get('nginx')
  @Header('Cache-Control', 'no-store')
  @RouteConfig({ ...FOR_ANY_HOST, ...NGINX_STATUSES })
  async nginx(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.decide('nginx', request, reply);
  }

  @Get('caddy')
  @Header('Cache-Control', 'no-store')
  @RouteConfig(FOR_ANY_HOST)
  async caddy(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.decide('caddy', request, reply);
  }

  @Get('traefik')
  @Header('Cache-Control', 'no-store')
  @RouteConfig(FOR_ANY_HOST)
  async traefik(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.decide('traefik', request, reply);
  }

  @Get('haproxy')
  @Header('Cache-Control', 'no-store')
  @RouteConfig(FOR_ANY_HOST)
  async haproxy(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.decide('haproxy', request, reply);
  }

  /** Envoy takes nothing but 200 for a yes, whatever the method it passes on. */
  @All('envoy/*')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @RouteConfig(FOR_ANY_HOST)
  async envoy(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.decide('envoy', request, reply);
  }

  /** @throws ProblemError, BearerError, Throttled, Overloaded */
  private async decide(dialect: Dialect, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { method, rawHeaders, url = '' } = request.raw;
    const own = `/forward-auth/${dialect}`;
    const rest = url.startsWith(own) ? url.slice(own.length) : '';
    const call = {
      ...originalCall(dialect, { method: method!, rest, rawHeaders }),
      authorizations: headerValues(request, 'authorization'),
      ip: request.ip,
    };
    const { route, identityHeaders, limitHeaders } = await this.decision.admit(call, (claims) => {
      request.clientId = claims.client_id;
      request.subject = claims.sub;
    });
    request.forwardedBy = route.id;
    void reply.headers({ ...identityHeaders, ...limitHeaders });
  }
}
