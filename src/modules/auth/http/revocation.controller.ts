import { Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { OAUTH_EDGE } from '../../../platform/http/request.js';
import { AuthenticatesClient } from '../../access/index.js';
import { required } from '../required-parameter.js';
import { TokenRevocation } from '../token-revocation.js';
import { ApiRevocationEndpoint } from './oauth-endpoints.docs.js';
import { OAuthRequestReader } from './oauth-request-reader.js';

/** The revocation endpoint. RFC 7009 §2. */
@Controller('revoke')
export class RevocationController {
  constructor(
    private readonly requests: OAuthRequestReader,
    private readonly revocation: TokenRevocation,
  ) {}

  @Post()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @RouteConfig(OAUTH_EDGE)
  @AuthenticatesClient()
  @ApiRevocationEndpoint()
  async revoke(@Req() request: FastifyRequest): Promise<Record<string, never>> {
    const form = this.requests.form(request);
    const client = await this.requests.client(request, form);
    request.subject = await this.revocation.revoke(required(form, 'token'), client);
    return {};
  }
}
