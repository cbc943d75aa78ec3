import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiNotModifiedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
} from '@nestjs/swagger';
import { ApiProblems } from '../../../platform/http/api-problems.js';
import { InvalidInput, NotFound, ProblemError } from '../../../protocol/problem.js';
import { MAX_BODY_BYTES } from '../document-limits.js';
import {
  ChangeResource,
  CreateResource,
  ReplaceResource,
  ResourceAnswer,
  ResourceList,
} from './resource.dto.js';

/** OpenAPI of the resources, with requests that are valid as they are. */

const RESOURCE_ID = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10';

const ETAG = {
  description: 'Entity tag of this version, for If-Match',
  schema: { type: 'string', example: '"1"' },
};

const INVALID_TITLE = InvalidInput.member('title', 'must be a string');
const MALFORMED_IF_MATCH = new ProblemError(
  400,
  'The If-Match header is neither * nor a list of entity tags.',
);
const NOT_FOUND = new NotFound('resource');
const TOO_LARGE = new ProblemError(413, `The body of a resource is at most ${MAX_BODY_BYTES} bytes of JSON.`);

const Id = () => ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } });

const IfMatch = () =>
  ApiHeader({
    name: 'If-Match',
    description: 'Entity tags, such as `"1"`, of the versions that this request is meant for; any without it',
    schema: { type: 'string' },
  });

const Current = () =>
  ApiOkResponse({ description: 'The resource as it is now.', type: ResourceAnswer, headers: { ETag: ETAG } });

export function ApiListResources(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'listResources', summary: 'List your resources, newest first' }),
    ApiOkResponse({ description: 'A page of resources.', type: ResourceList }),
    ApiProblems(InvalidInput.member('cursor', 'is not a cursor of this list')),
  );
}

export function ApiCreateResource(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'createResource',
      summary: 'Create a resource of yours',
      description: 'It belongs to the person of the token, or to the client that acts for itself.',
    }),
    ApiBody({ type: CreateResource }),
    ApiCreatedResponse({
      description: 'The new resource.',
      type: ResourceAnswer,
      headers: {
        ETag: ETAG,
        Location: {
          description: 'Path of the new resource',
          schema: { type: 'string', example: `/api/resources/${RESOURCE_ID}` },
        },
      },
    }),
    ApiProblems(INVALID_TITLE, TOO_LARGE, 415),
  );
}

export function ApiReadResource(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'readResource', summary: 'Read a resource of yours' }),
    Id(),
    ApiHeader({
      name: 'If-None-Match',
      description: 'Entity tags, such as `"1"`, of the versions that the caller has already',
      schema: { type: 'string' },
    }),
    Current(),
    ApiNotModifiedResponse({ description: 'The caller has this version already.', headers: { ETag: ETAG } }),
    ApiProblems(
      new ProblemError(400, 'The If-None-Match header is neither * nor a list of entity tags.'),
      NOT_FOUND,
    ),
  );
}

export function ApiReplaceResource(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'replaceResource',
      summary: 'Replace a resource of yours',
      description: 'Title and body are replaced; a body that is left out becomes null.',
    }),
    Id(),
    IfMatch(),
    ApiBody({ type: ReplaceResource }),
    Current(),
    ApiProblems(INVALID_TITLE, MALFORMED_IF_MATCH, NOT_FOUND, 412, TOO_LARGE, 415),
  );
}

export function ApiChangeResource(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'changeResource',
      summary: 'Change what is named of a resource, as a JSON Merge Patch (RFC 7396)',
      description: 'Null removes a member of the body; anything but an object replaces the whole.',
    }),
    Id(),
    IfMatch(),
    ApiConsumes('application/merge-patch+json', 'application/json'),
    ApiBody({ type: ChangeResource }),
    Current(),
    ApiProblems(INVALID_TITLE, MALFORMED_IF_MATCH, NOT_FOUND, 409, 412, TOO_LARGE, 415),
  );
}

export function ApiDeleteResource(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'deleteResource', summary: 'Delete a resource of yours' }),
    Id(),
    IfMatch(),
    ApiNoContentResponse({ description: 'The resource is gone.' }),
    ApiProblems(MALFORMED_IF_MATCH, NOT_FOUND, 412),
  );
}
