import { Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { OAUTH_EDGE } from '../../../platform/http/request.js';
import { InvalidClient } from '../../../protocol/oauth-error.js';
import { AuthenticatesClient } from '../../access/index.js';
import { required } from '../required-parameter.js';
import { type Introspection, TokenIntrospection } from '../token-introspection.js';
import { ApiIntrospectionEndpoint } from './oauth-endpoints.docs.js';
import { OAuthRequestReader } from './oauth-request-reader.js';

/** The introspection endpoint. RFC 7662 §2. */
@Controller('introspect')
export class IntrospectionController {
  constructor(
    private readonly requests: OAuthRequestReader,
    private readonly introspection: TokenIntrospection,
  ) {}

  @Post()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @RouteConfig(OAUTH_EDGE)
  @AuthenticatesClient()
  @ApiIntrospectionEndpoint()
  async introspect(@Req() request: FastifyRequest): Promise<Introspection> {
    const form = this.requests.form(request);
    const client = await this.requests.client(request, form);
    // A public client proves nothing: anyone could ask in its name. RFC 7662 §2.1.
    if (client.authenticationMethod === 'none')
      throw new InvalidClient(false, 'public clients may not introspect');
    const introspection = await this.introspection.introspect(required(form, 'token'), client);
    if (introspection.active) request.subject = introspection.sub;
    return introspection;
  }
}
