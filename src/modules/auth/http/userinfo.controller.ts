import { Controller, Get, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { InvalidToken } from '../../../protocol/bearer-error.js';
import { CurrentToken, RequireScopes } from '../../access/index.js';
import { Directory } from '../../directory/index.js';

/** Claims about the signed-in person. OpenID Connect Core §5.3.2; members without a value are left out. */
class UserInfo {
  @ApiProperty({ example: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10' })
  sub: string;

  @ApiProperty({ example: 'alice' })
  preferred_username: string;

  @ApiProperty({ required: false, example: 'Alice Example' })
  name?: string;

  @ApiProperty({ required: false, example: 'alice@example.com' })
  email?: string;

  @ApiProperty({ required: false, description: 'There where `email` is', example: false })
  email_verified?: boolean;

  @ApiProperty({ type: 'integer', description: 'Seconds since 1970', example: 1763769600 })
  updated_at: number;
}

@ApiTags('Account')
@Controller('userinfo')
export class UserInfoController {
  constructor(private readonly directory: Directory) {}

  @Get()
  @RequireScopes('profile')
  @ApiOperation({ operationId: 'readUserInfo', summary: 'Who is signed in (OpenID Connect Core)' })
  @ApiOkResponse({ description: 'Claims about the person; what has no value is left out.', type: UserInfo })
  async read(
    @CurrentToken() token: AccessTokenClaims,
    @Req() { disconnection }: FastifyRequest,
  ): Promise<UserInfo> {
    const owner = await this.directory.describe(token.sub, disconnection);
    if (owner === undefined) throw new InvalidToken('the person is gone or disabled');
    return {
      sub: owner.sub,
      preferred_username: owner.username,
      ...(owner.name === null ? {} : { name: owner.name }),
      ...(owner.email === null ? {} : { email: owner.email, email_verified: owner.email_verified }),
      updated_at: owner.updated_at,
    };
  }
}
