import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBadRequestResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { CurrentToken, RequireScopes } from '../../access/index.js';
import { OwnPassword } from '../directory/own-password.js';
import { ChangeOwnPassword } from './user.dto.js';

@ApiTags('Account')
@RequireScopes('account')
@Controller('account/password')
export class AccountPasswordController {
  constructor(private readonly password: OwnPassword) {}

  @Post()
  @HttpCode(204)
  @ApiOperation({ summary: 'Change your own password; all your sessions end, this one included' })
  @ApiNoContentResponse({ description: 'Changed: sign in again.' })
  @ApiBadRequestResponse({
    description: 'The current password is wrong, or the new one is refused, with the reason.',
  })
  async change(@CurrentToken() token: AccessTokenClaims, @Body() body: ChangeOwnPassword): Promise<void> {
    await this.password.change(token.sub, body.current_password, body.new_password);
  }
}
