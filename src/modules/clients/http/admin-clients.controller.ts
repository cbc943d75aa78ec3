import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PageQuery } from '../../../platform/http/page.js';
import { ParseId } from '../../../platform/http/parse-id.js';
import { CLIENT_CREDENTIAL } from '../../../protocol/characters.js';
import { InvalidInput } from '../../../protocol/problem.js';
import { RequireScopes } from '../../access/index.js';
import { ClientRegistry } from '../registration/client-registry.js';
import {
  ApiChangeClient,
  ApiCreateClient,
  ApiDeleteClient,
  ApiListClients,
  ApiReadClient,
  ApiRotateClientSecret,
} from './admin-clients.docs.js';
import { ClientAnswer, ClientPage, ClientWithSecretAnswer, clientAnswerOf } from './client-answers.dto.js';
import { ChangeClient, CreateClient, RotateSecret, registrationOf } from './client-requests.dto.js';

@ApiTags('Administration: clients')
@Controller('admin/clients')
export class AdminClientsController {
  constructor(private readonly clients: ClientRegistry) {}

  @Post()
  @RequireScopes('clients:write')
  @ApiCreateClient()
  async create(
    @Body() body: CreateClient,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClientWithSecretAnswer> {
    const registration = { ...registrationOf(body), name: body.client_name };
    const { client, secret } = await this.clients.register(registration, { clientId: body.client_id });
    void reply.header('Location', `/admin/clients/${client.clientId}`);
    return withSecret(clientAnswerOf(client), secret);
  }

  @Get()
  @RequireScopes('clients:read')
  @ApiListClients()
  async list(@Query() query: PageQuery): Promise<ClientPage> {
    const found = await this.clients.list(afterOf(query), query.limit + 1);
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    return {
      items: page.map(clientAnswerOf),
      next_cursor: found.length > query.limit && last ? cursorOf(last.clientId) : null,
    };
  }

  @Get(':client_id')
  @RequireScopes('clients:read')
  @ApiReadClient()
  async read(
    @Param('client_id', new ParseId('client', CLIENT_CREDENTIAL)) clientId: string,
  ): Promise<ClientAnswer> {
    return clientAnswerOf(await this.clients.get(clientId));
  }

  @Patch(':client_id')
  @RequireScopes('clients:write')
  @ApiChangeClient()
  async change(
    @Param('client_id', new ParseId('client', CLIENT_CREDENTIAL)) clientId: string,
    @Body() body: ChangeClient,
  ): Promise<ClientAnswer> {
    return clientAnswerOf(await this.clients.change(clientId, registrationOf(body)));
  }

  @Post(':client_id/secret')
  @HttpCode(200)
  @RequireScopes('clients:write')
  @ApiRotateClientSecret()
  async rotateSecret(
    @Param('client_id', new ParseId('client', CLIENT_CREDENTIAL)) clientId: string,
    @Body() body: RotateSecret,
  ): Promise<ClientWithSecretAnswer> {
    const { client, secret } = await this.clients.rotateSecret(
      clientId,
      body.overlap ?? 0,
      body?.end_sessions,
    );
    return withSecret(clientAnswerOf(client), secret);
  }

  @Delete(':client_id')
  @HttpCode(204)
  @RequireScopes('clients:write')
  @ApiDeleteClient()
  async remove(
    @Param('client_id', new ParseId('client', CLIENT_CREDENTIAL)) clientId: string,
  ): Promise<void> {
    await this.clients.remove(clientId);
  }
}

function withSecret(answer: ClientAnswer, secret: string | undefined): ClientWithSecretAnswer {
  return secret === undefined ? answer : { ...answer, client_secret: secret };
}

/** The client_id that a cursor of this list stands for. */
function afterOf({ cursor }: PageQuery): string | undefined {
  if (cursor === undefined) return undefined;
  const clientId = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!CLIENT_CREDENTIAL.test(clientId) || cursorOf(clientId) !== cursor) {
    throw new InvalidInput([{ pointer: '/cursor', detail: 'is not a cursor of this list' }]);
  }
  return clientId;
}

function cursorOf(clientId: string): string {
  return Buffer.from(clientId, 'latin1').toString('base64url');
}
