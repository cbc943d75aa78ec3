import {
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PageQuery, pageOf, startOf } from '../../../platform/http/page.js';
import { ParseId } from '../../../platform/http/parse-id.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { CurrentToken, RequireScopes } from '../../access/index.js';
import type { Resource, ResourcePatch } from '../resource.js';
import { ResourceLibrary } from '../resource-library.js';
import { entityTagOf, expectedVersions, isNotModified } from './entity-tag.js';
import { ParseResourcePatch } from './parse-resource-patch.js';
import {
  CreateResource,
  ReplaceResource,
  ResourceAnswer,
  ResourceList,
  resourceAnswerOf,
} from './resource.dto.js';
import {
  ApiChangeResource,
  ApiCreateResource,
  ApiDeleteResource,
  ApiListResources,
  ApiReadResource,
  ApiReplaceResource,
} from './resources.docs.js';

const ParseResourceId = new ParseId('resource');

@ApiTags('Resources')
@Controller('api/resources')
export class ResourcesController {
  constructor(private readonly resources: ResourceLibrary) {}

  @Get()
  @RequireScopes('resources:read')
  @ApiListResources()
  async list(@CurrentToken() { sub }: AccessTokenClaims, @Query() query: PageQuery): Promise<ResourceList> {
    const found = await this.resources.list(sub, { before: startOf(query), limit: query.limit + 1 });
    const { rows, next_cursor } = pageOf(found, query);
    return { items: rows.map(resourceAnswerOf), next_cursor };
  }

  @Post()
  @RequireScopes('resources:write')
  @ApiCreateResource()
  async create(
    @CurrentToken() { sub }: AccessTokenClaims,
    @Body() content: CreateResource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceAnswer> {
    const resource = await this.resources.create(sub, content);
    void reply.header('Location', `/api/resources/${resource.id}`);
    return tagged(reply, resource);
  }

  @Get(':id')
  @RequireScopes('resources:read')
  @ApiReadResource()
  async read(
    @CurrentToken() { sub }: AccessTokenClaims,
    @Param('id', ParseResourceId) id: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceAnswer | undefined> {
    const resource = await this.resources.get({ id, owner: sub });
    const notModified = isNotModified(ifNoneMatch, resource);
    // Its owner's own cache may keep it, and must ask each time: that is what If-None-Match is for.
    void reply.header('Cache-Control', 'private, no-cache');
    if (notModified) void reply.status(304);
    const answer = tagged(reply, resource);
    return notModified ? undefined : answer;
  }

  @Put(':id')
  @RequireScopes('resources:write')
  @ApiReplaceResource()
  async replace(
    @CurrentToken() { sub }: AccessTokenClaims,
    @Param('id', ParseResourceId) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body() content: ReplaceResource,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceAnswer> {
    return tagged(
      reply,
      await this.resources.replace({ id, owner: sub }, content, expectedVersions(ifMatch)),
    );
  }

  @Patch(':id')
  @RequireScopes('resources:write')
  @ApiChangeResource()
  async change(
    @CurrentToken() { sub }: AccessTokenClaims,
    @Param('id', ParseResourceId) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Body(ParseResourcePatch) patch: ResourcePatch,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ResourceAnswer> {
    return tagged(reply, await this.resources.change({ id, owner: sub }, patch, expectedVersions(ifMatch)));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScopes('resources:write')
  @ApiDeleteResource()
  async remove(
    @CurrentToken() { sub }: AccessTokenClaims,
    @Param('id', ParseResourceId) id: string,
    @Headers('if-match') ifMatch: string | undefined,
  ): Promise<void> {
    await this.resources.remove({ id, owner: sub }, expectedVersions(ifMatch));
  }
}

function tagged(reply: FastifyReply, resource: Resource): ResourceAnswer {
  void reply.header('ETag', entityTagOf(resource));
  return resourceAnswerOf(resource);
}
