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
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PageQuery, pageOf, startOf } from '../../../platform/http/page.js';
import { ParseId } from '../../../platform/http/parse-id.js';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { CurrentToken, RequireScopes } from '../../access/index.js';
import type { Resource, ResourcePatch } from '../resource.js';
import { ResourceLibrary } from '../resource-library.js';
import { entityTagOf, expectedVersions, isNotModified } from './entity-tag.js';
import { ParseResourcePatch } from './parse-resource-patch.js';
import { ApiProblems } from './problem-responses.js';
import {
  ChangeResource,
  CreateResource,
  ReplaceResource,
  ResourceAnswer,
  ResourceList,
  resourceAnswerOf,
} from './resource.dto.js';

const ParseResourceId = new ParseId('resource');

const ID = { name: 'id', schema: { type: 'string', format: 'uuid' } };
const IF_MATCH = {
  name: 'If-Match',
  description: 'Entity tags of the versions that this request is meant for; any version without it',
  schema: { type: 'string', example: '"1"' },
};
const IF_NONE_MATCH = {
  name: 'If-None-Match',
  description: 'Entity tags of the versions that the caller has already',
  schema: { type: 'string', example: '"1"' },
};
const ETAG = {
  description: 'Entity tag of this version, for If-Match',
  schema: { type: 'string', example: '"1"' },
};
const LOCATION = {
  description: 'Path of the new resource',
  schema: { type: 'string', example: '/api/resources/019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10' },
};

@ApiTags('Resources')
@Controller('api/resources')
export class ResourcesController {
  constructor(private readonly resources: ResourceLibrary) {}

  @Get()
  @RequireScopes('resources:read')
  @ApiOperation({ summary: 'List your resources, newest first' })
  @ApiOkResponse({ description: 'A page of resources.', type: ResourceList })
  @ApiProblems(400)
  async list(@CurrentToken() { sub }: AccessTokenClaims, @Query() query: PageQuery): Promise<ResourceList> {
    const found = await this.resources.list(sub, { before: startOf(query), limit: query.limit + 1 });
    const { rows, next_cursor } = pageOf(found, query);
    return { items: rows.map(resourceAnswerOf), next_cursor };
  }

  @Post()
  @RequireScopes('resources:write')
  @ApiOperation({ summary: 'Create a resource of yours' })
  @ApiCreatedResponse({
    description: 'The new resource.',
    type: ResourceAnswer,
    headers: { ETag: ETAG, Location: LOCATION },
  })
  @ApiProblems(400, 413, 415)
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
  @ApiOperation({ summary: 'Read a resource of yours' })
  @ApiParam(ID)
  @ApiHeader(IF_NONE_MATCH)
  @ApiOkResponse({ description: 'The resource as it is now.', type: ResourceAnswer, headers: { ETag: ETAG } })
  @ApiResponse({ status: 304, description: 'The caller has this version already.', headers: { ETag: ETAG } })
  @ApiProblems(400, 404)
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
  @ApiOperation({ summary: 'Replace the title and the body of a resource; a body left out becomes null' })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ description: 'The resource as it is now.', type: ResourceAnswer, headers: { ETag: ETAG } })
  @ApiProblems(400, 404, 412, 413, 415)
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
  @ApiOperation({ summary: 'Change what is named, as a JSON Merge Patch (RFC 7396)' })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH)
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiBody({ type: ChangeResource })
  @ApiOkResponse({ description: 'The resource as it is now.', type: ResourceAnswer, headers: { ETag: ETAG } })
  @ApiProblems(400, 404, 409, 412, 413, 415)
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
  @ApiOperation({ summary: 'Delete a resource of yours' })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH)
  @ApiNoContentResponse({ description: 'The resource is gone.' })
  @ApiProblems(400, 404, 412)
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
