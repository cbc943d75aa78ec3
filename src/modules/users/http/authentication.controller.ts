import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SMALL_BODY } from '../../../platform/http/body-limit.js';
import { RequireInternalCaller } from '../../access/index.js';
import { PasswordSignIn } from '../sign-in/password-sign-in.js';
import { ApiAuthenticate, ApiDescribe, REFUSAL_CHALLENGE } from './authentication.docs.js';
import {
  AuthenticationRequest,
  OwnerAnswer,
  RefusalAnswer,
  SignedInAnswer,
  UnknownPersonAnswer,
  ownerAnswerOf,
  signedInAnswerOf,
} from './authentication.dto.js';

/** People as the gateway asks about them, where clients and tokens are another process's: docs/contracts/identity.md. */
@ApiTags('Between processes')
@RequireInternalCaller()
@Controller('auth')
export class AuthenticationController {
  constructor(private readonly people: PasswordSignIn) {}

  @Post()
  @HttpCode(200)
  @RouteConfig(SMALL_BODY)
  @ApiAuthenticate()
  async authenticate(
    @Body() { username, password, client_id: clientId }: AuthenticationRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInAnswer | RefusalAnswer> {
    // Hooks and whatever else looks at the request find no password in it.
    request.body = undefined;
    request.clientId = clientId;
    const owner = await this.people.authenticate(username, password, request);
    if (owner === undefined) {
      void reply.status(401).header('WWW-Authenticate', REFUSAL_CHALLENGE);
      return { error: 'invalid_credentials' };
    }
    request.subject = owner.sub;
    return signedInAnswerOf(owner);
  }

  @Get('users/:sub')
  @ApiDescribe()
  async describe(
    @Param('sub') sub: string,
    @Req() { disconnection }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnerAnswer | UnknownPersonAnswer> {
    const owner = await this.people.describe(sub, disconnection);
    if (owner === undefined) {
      void reply.status(404);
      return { error: 'unknown_person' };
    }
    return ownerAnswerOf(owner);
  }
}
