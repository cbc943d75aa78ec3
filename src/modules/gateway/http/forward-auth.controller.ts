import {
  All,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  HttpCode,
  type OnModuleInit,
  applyDecorators,
  createParamDecorator,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpConfig } from '../../../config/config.js';
import { IGNORES_BODY } from '../../../platform/http/ignored-body.js';
import { FOR_ANY_HOST, headerValues } from '../../../platform/http/request.js';
import { RequireForwardAuthProxy } from '../../access/index.js';
import { GatewayDecision } from '../decision/gateway-decision.js';
import type { Dialect } from '../forward-auth/dialects.js';
import { originalCall } from '../forward-auth/original-call.js';
import { NGINX_STATUSES, registerNginxStatuses } from './forward-auth.statuses.js';

/** A proxy's question, and where its answer goes. */
interface Question {
  request: FastifyRequest;
  reply: FastifyReply;
}

/** The `Question` that a handler is to answer. */
const Asked = createParamDecorator((_: unknown, context: ExecutionContext): Question => {
  const http = context.switchToHttp();
  return { request: http.getRequest<FastifyRequest>(), reply: http.getResponse<FastifyReply>() };
});

/** What the answers to all dialects have in common; the question names the host of somebody else. */
function AnswersProxy(config: object = {}): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    Header('Cache-Control', 'no-store'),
    RouteConfig({ ...FOR_ANY_HOST, ...IGNORES_BODY, ...config }),
  );
}

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
    private readonly config: HttpConfig,
  ) {}

  onModuleInit(): void {
    registerNginxStatuses(this.adapterHost.httpAdapter.getInstance<FastifyInstance>());
  }

  @Get('nginx')
  @AnswersProxy(NGINX_STATUSES)
  async nginx(@Asked() question: Question): Promise<void> {
    await this.decide('nginx', question);
  }

  @Get('caddy')
  @AnswersProxy()
  async caddy(@Asked() question: Question): Promise<void> {
    await this.decide('caddy', question);
  }

  @Get('traefik')
  @AnswersProxy()
  async traefik(@Asked() question: Question): Promise<void> {
    await this.decide('traefik', question);
  }

  @Get('haproxy')
  @AnswersProxy()
  async haproxy(@Asked() question: Question): Promise<void> {
    await this.decide('haproxy', question);
  }

  /** Envoy passes on the method of its client, and takes nothing but 200 for a yes. */
  @All('envoy/*')
  @AnswersProxy()
  async envoy(@Asked() question: Question): Promise<void> {
    await this.decide('envoy', question);
  }

  /** @throws ProblemError, BearerError, Throttled, Overloaded */
  private async decide(dialect: Dialect, { request, reply }: Question): Promise<void> {
    const { method, rawHeaders, url = '' } = request.raw;
    const own = `/forward-auth/${dialect}`;
    const rest = url.startsWith(own) ? url.slice(own.length) : '';
    const original = originalCall(
      dialect,
      { method: method!, rest, rawHeaders },
      this.config.maxTargetLength,
    );
    const call = {
      ...original,
      authorizations: headerValues(request, 'authorization'),
      ip: request.ip,
      disconnection: request.disconnection,
      isForwardedElsewhere: true,
    };
    const { route, identityHeaders, limitHeaders } = await this.decision.admit(call, (claims) => {
      request.clientId = claims.client_id;
      request.subject = claims.sub;
    });
    request.forwardedBy = route.id;
    void reply.headers({ ...identityHeaders, ...limitHeaders });
  }
}
