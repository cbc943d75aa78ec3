import { applyDecorators } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { ApiProblems } from '../../../platform/http/api-problems.js';
import { InvalidInput, NotFound } from '../../../protocol/problem.js';
import { AdminSessionPage, OwnSessionPage } from './session.dto.js';

/** OpenAPI of sessions, as their person and as an administrator sees them. */

const Id = () =>
  ApiParam({
    name: 'id',
    schema: { type: 'string', format: 'uuid' },
  });

const INVALID_PAGE = InvalidInput.member('cursor', 'is not a cursor of this list');

export function ApiListOwnSessions(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'listOwnSessions', summary: 'List your own sessions, newest first' }),
    ApiOkResponse({ description: 'A page of sessions.', type: OwnSessionPage }),
    ApiProblems(INVALID_PAGE),
  );
}

export function ApiEndOwnSession(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'endOwnSession',
      summary: 'End one of your own sessions, with all its tokens',
    }),
    Id(),
    ApiNoContentResponse({ description: 'The session has ended.' }),
    ApiProblems(new NotFound('session')),
  );
}

export function ApiListSessions(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'listSessions',
      summary: 'List sessions of a user, of a client or of all, newest first',
    }),
    ApiOkResponse({ description: 'A page of sessions.', type: AdminSessionPage }),
    ApiProblems(INVALID_PAGE),
  );
}

export function ApiEndSession(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'endSession', summary: 'End a session, with all its tokens' }),
    Id(),
    ApiNoContentResponse({ description: 'The session has ended.' }),
    ApiProblems(new NotFound('session')),
  );
}
