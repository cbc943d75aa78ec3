import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../../platform/http/api-problems.js';
import { InvalidInput } from '../../../protocol/problem.js';
import { ExplanationAnswer } from './explanation.dto.js';
import { RouteTableAnswer } from './route-answers.dto.js';

/** OpenAPI of the gateway's routes. */

export function ApiListRoutes(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'listRoutes',
      summary: 'Read the table of routes in force',
      description:
        'The most specific path comes first, as a request would find it. What this server answers itself is no route, and ' +
        'goes before all of them.',
    }),
    ApiOkResponse({ description: 'The table, without certificates and keys.', type: RouteTableAnswer }),
  );
}

export function ApiExplainRoute(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'explainRoute',
      summary: 'Ask what would become of a request',
      description:
        'Which route it takes, which scopes a token needs there, and what the upstream receives; or why it is refused. ' +
        'Nothing is sent, and no limit is touched.',
    }),
    ApiOkResponse({ description: 'Either `forwarded` or `refused` is there.', type: ExplanationAnswer }),
    ApiProblems(
      InvalidInput.member('path', 'is required'),
      InvalidInput.member('method', 'must be a method in upper case'),
    ),
  );
}
