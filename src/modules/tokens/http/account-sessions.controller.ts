import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PageQuery, pageOf, startOf } from '../../../platform/http/page.js';
import { ParseId } from '../../../platform/http/parse-id.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { NotFound } from '../../../protocol/problem.js';
import { CurrentToken, RequireScopes } from '../../access/index.js';
import { GrantRegistry } from '../grants/grant-registry.js';
import { OwnSessionPage, sessionAnswerOf } from './session.dto.js';
import { ApiEndOwnSession, ApiListOwnSessions } from './sessions.docs.js';

@ApiTags('Account')
@RequireScopes('account')
@Controller('account/sessions')
export class AccountSessionsController {
  constructor(private readonly grants: GrantRegistry) {}

  @Get()
  @ApiListOwnSessions()
  async list(@CurrentToken() token: AccessTokenClaims, @Query() query: PageQuery): Promise<OwnSessionPage> {
    const found = await this.grants.listLive({
      subject: token.sub,
      before: startOf(query),
      limit: query.limit + 1,
    });
    const { rows, next_cursor } = pageOf(found, query);
    return {
      items: rows.map((grant) => ({ ...sessionAnswerOf(grant), current: grant.id === token.sid })),
      next_cursor,
    };
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiEndOwnSession()
  async end(
    @CurrentToken() token: AccessTokenClaims,
    @Param('id', new ParseId('session')) id: string,
  ): Promise<void> {
    if (!(await this.grants.end(id, 'session_ended', token.sub))) throw new NotFound('session');
  }
}
