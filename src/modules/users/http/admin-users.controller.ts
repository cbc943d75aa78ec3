import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pageOf, startOf } from '../../../platform/http/page.js';
import { ParseId } from '../../../platform/http/parse-id.js';
import { RequireScopes } from '../../access/index.js';
import { UserDirectory } from '../directory/user-directory.js';
import {
  ApiChangeUser,
  ApiCreateUser,
  ApiDeleteUser,
  ApiListUsers,
  ApiReadUser,
} from './admin-users.docs.js';
import { UserListQuery, filterOf } from './user-list.query.js';
import {
  ChangeUser,
  CreateUser,
  CreatedUserAnswer,
  DOTTED_TWIN,
  UserAnswer,
  UserPage,
  userAnswerOf,
} from './user.dto.js';

@ApiTags('Administration: users')
@Controller('admin/users')
export class AdminUsersController {
  constructor(private readonly users: UserDirectory) {}

  @Post()
  @RequireScopes('users:write')
  @ApiCreateUser()
  async create(
    @Body() body: CreateUser,
    @Req() { disconnection }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedUserAnswer> {
    const { email_verified: emailVerified, password_hash: passwordHash, ...members } = body;
    const user = await this.users.create({ ...members, emailVerified, passwordHash }, disconnection);
    void reply.header('Location', `/admin/users/${user.id}`);
    const warnings = (await this.users.hasDottedTwin(user)) ? [DOTTED_TWIN] : undefined;
    return { ...userAnswerOf(user), warnings };
  }

  @Get()
  @RequireScopes('users:read')
  @ApiListUsers()
  async list(@Query() query: UserListQuery): Promise<UserPage> {
    const found = await this.users.list(filterOf(query), startOf(query), query.limit + 1);
    const { rows, next_cursor } = pageOf(found, query);
    return { items: rows.map(userAnswerOf), next_cursor };
  }

  @Get(':id')
  @RequireScopes('users:read')
  @ApiReadUser()
  async read(@Param('id', new ParseId('user')) id: string): Promise<UserAnswer> {
    return userAnswerOf(await this.users.get(id));
  }

  @Patch(':id')
  @RequireScopes('users:write')
  @ApiChangeUser()
  async change(
    @Param('id', new ParseId('user')) id: string,
    @Body() body: ChangeUser,
    @Req() { disconnection }: FastifyRequest,
  ): Promise<UserAnswer> {
    const { email_verified: emailVerified, ...members } = body;
    return userAnswerOf(await this.users.change(id, { ...members, emailVerified }, disconnection));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('users:write')
  @ApiDeleteUser()
  async remove(@Param('id', new ParseId('user')) id: string): Promise<void> {
    await this.users.remove(id);
  }
}
