import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { pageOf, startOf } from '../../../platform/http/page.js';
import { ParseId } from '../../../platform/http/parse-id.js';
import { NotFound } from '../../../protocol/problem.js';
import { RequireScopes } from '../../access/index.js';
import { GrantRegistry } from '../grants/grant-registry.js';
import { AdminSessionPage, AdminSessionQuery, sessionAnswerOf } from './session.dto.js';
import { ApiEndSession, ApiListSessions } from './sessions.docs.js';

@ApiTags('Administration: sessions')
@Controller('admin/sessions')
export class AdminSessionsController {
  constructor(private readonly grants: GrantRegistry) {}

  @Get()
  @RequireScopes('sessions:read')
  @ApiListSessions()
  async list(@Query() query: AdminSessionQuery): Promise<AdminSessionPage> {
    const found = await this.grants.listLive({
      subject: query.sub,
      clientId: query.client_id,
      before: startOf(query),
      limit: query.limit + 1,
    });
    const { rows, next_cursor } = pageOf(found, query);
    return {
      items: rows.map((grant) => ({
        ...sessionAnswerOf(grant),
        sub: grant.subject,
        username: grant.username,
      })),
      next_cursor,
    };
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('sessions:write')
  @ApiEndSession()
  async end(@Param('id', new ParseId('session')) id: string): Promise<void> {
    if (!(await this.grants.end(id, 'session_ended'))) throw new NotFound('session');
  }
}
