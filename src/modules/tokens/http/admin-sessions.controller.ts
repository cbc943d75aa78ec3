import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import {
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { PageQuery, pageOf, startOf } from '../../../platform/http/page.js';
import { ParseId } from '../../../platform/http/parse-id.js';
import { NotFound } from '../../../protocol/problem.js';
import { RequireScopes } from '../../access/index.js';
import { GrantRegistry } from '../grants/grant-registry.js';
import { AdminSessionPage, sessionAnswerOf } from './session.dto.js';

@ApiTags('Administration: sessions')
@Controller('admin/sessions')
export class AdminSessionsController {
  constructor(private readonly grants: GrantRegistry) {}

  @Get()
  @RequireScopes('sessions:read')
  @ApiOperation({ summary: "List everyone's sessions, newest first" })
  @ApiOkResponse({ type: AdminSessionPage })
  async list(@Query() query: PageQuery): Promise<AdminSessionPage> {
    const found = await this.grants.listLive({ before: startOf(query), limit: query.limit + 1 });
    const { rows, next_cursor } = pageOf(found, query);
    return { items: rows.map((grant) => ({ ...sessionAnswerOf(grant), sub: grant.subject })), next_cursor };
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('sessions:write')
  @ApiOperation({ summary: 'End a session, with all its tokens' })
  @ApiNoContentResponse({ description: 'The session has ended.' })
  @ApiNotFoundResponse({ description: 'There is no such session.' })
  async end(@Param('id', new ParseId('session')) id: string): Promise<void> {
    if (!(await this.grants.end(id, 'session_ended'))) throw new NotFound('session');
  }
}
