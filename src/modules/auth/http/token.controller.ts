import { Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { OAUTH_EDGE } from '../../../platform/http/request.js';
import type { TokenResponse } from '../../../protocol/token-response.js';
import { AuthenticatesClient } from '../../access/index.js';
import { GrantTypeRegistry } from '../grants/grant-type-registry.js';
import { OAuthRequestReader } from './oauth-request-reader.js';
import { ApiTokenEndpoint } from './oauth-endpoints.docs.js';
import { required } from '../required-parameter.js';
import { ResourceIndicators } from '../resource-indicators.js';

/** The token endpoint. RFC 6749 §3.2. */
@Controller('token')
export class TokenController {
  constructor(
    private readonly requests: OAuthRequestReader,
    private readonly grantTypes: GrantTypeRegistry,
    private readonly resourceIndicators: ResourceIndicators,
  ) {}

  @Post()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @Header('Pragma', 'no-cache')
  @RouteConfig(OAUTH_EDGE)
  @AuthenticatesClient()
  @ApiTokenEndpoint()
  async token(@Req() request: FastifyRequest): Promise<TokenResponse> {
    const form = this.requests.form(request);
    request.grantType = this.grantTypes.find(form.get('grant_type'));
    const client = await this.requests.client(request, form);
    const handler = this.grantTypes.handlerFor(required(form, 'grant_type'), client);
    this.resourceIndicators.check(form.get('resource'));
    return handler.handle({
      client,
      grantType: handler.type,
      form,
      ip: request.ip,
      userAgent: request.headers['user-agent']?.slice(0, 256) ?? null,
      requestId: request.id,
      onSubject: (sub) => {
        request.subject = sub;
      },
      disconnection: request.disconnection,
    });
  }
}
