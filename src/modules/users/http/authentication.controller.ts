import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SMALL_BODY } from '../../../platform/http/body-limit.js';
import { RequireInternalCaller } from '../../access/index.js';
import { refusalReason } from '../../directory/index.js';
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

/** The directory over HTTP, for the gateway of another process: docs/contracts/identity.md. */
@ApiTags('Between processes')
@RequireInternalCaller()
@Controller('auth')
export class AuthenticationController {
  constructor(private readonly directory: PasswordSignIn) {}

  @Post()
  @HttpCode(200)
  @RouteConfig(SMALL_BODY)
  @ApiAuthenticate()
  async authenticate(
    @Body() { username, password, client_id: clientId, ip, user_agent: userAgent }: AuthenticationRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInAnswer | RefusalAnswer> {
    // So that no hook finds the password.
    request.body = undefined;
    request.clientId = clientId;
    const { id: requestId, disconnection } = request;
    const context = { clientId, ip: ip ?? null, userAgent: userAgent ?? null, requestId, disconnection };
    const outcome = await this.directory.authenticate({ username, password }, context);
    if (outcome.outcome !== 'signed_in') {
      request.refusalReason = refusalReason(outcome);
      void reply.status(401).header('WWW-Authenticate', REFUSAL_CHALLENGE);
      return { error: 'invalid_credentials' };
    }
    request.subject = outcome.owner.sub;
    return signedInAnswerOf(outcome.owner);
  }

  @Get('users/:sub')
  @ApiDescribe()
  async describe(
    @Param('sub') sub: string,
    @Req() { disconnection }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<OwnerAnswer | UnknownPersonAnswer> {
    const owner = await this.directory.describe(sub, disconnection);
    if (owner === undefined) {
      void reply.status(404);
      return { error: 'unknown_person' };
    }
    return ownerAnswerOf(owner);
  }
}
