import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiProblems } from '../../../platform/http/api-problems.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { InvalidInput } from '../../../protocol/problem.js';
import { CurrentToken, RequireScopes } from '../../access/index.js';
import { PasswordChange } from '../directory/password-change.js';
import { ChangeOwnPassword } from './user.dto.js';

@ApiTags('Account')
@RequireScopes('account')
@Controller('account/password')
export class AccountPasswordController {
  constructor(private readonly passwords: PasswordChange) {}

  @Post()
  @HttpCode(204)
  @ApiOperation({
    operationId: 'changeOwnPassword',
    summary: 'Change your own password; all your sessions end, this one included',
  })
  @ApiNoContentResponse({ description: 'Changed: sign in again.' })
  @ApiProblems(
    InvalidInput.member('current_password', 'is not the current password'),
    InvalidInput.member('new_password', 'The password must have at least 15 characters.'),
    413,
    415,
  )
  async change(
    @CurrentToken() token: AccessTokenClaims,
    @Body() body: ChangeOwnPassword,
    @Req() { disconnection }: FastifyRequest,
  ): Promise<void> {
    await this.passwords.change(token.sub, body.current_password, body.new_password, disconnection);
  }
}
