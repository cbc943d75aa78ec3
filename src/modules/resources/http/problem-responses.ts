import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import { STATUS_CODES } from 'node:http';

class ProblemFieldError {
  @ApiProperty({ description: 'JSON Pointer into the body, or a parameter of the query', example: '/title' })
  pointer: string;

  @ApiProperty({ example: 'must be a string' })
  detail: string;
}

class ProblemAnswer {
  @ApiProperty({ example: 'about:blank' })
  type: string;

  @ApiProperty({ example: 'Bad Request' })
  title: string;

  @ApiProperty({ type: 'integer', example: 400 })
  status: number;

  @ApiPropertyOptional()
  detail?: string;

  @ApiPropertyOptional({ description: 'To find the request in the log' })
  request_id?: string;

  @ApiPropertyOptional({ type: [ProblemFieldError] })
  errors?: ProblemFieldError[];
}

const PROBLEMS = {
  400: {
    description: 'The body, the query or a header is malformed, too deep, or has members that are not known.',
    detail: 'The request is invalid.',
    errors: [{ pointer: '/title', detail: 'must be a string' }],
  },
  404: {
    description: 'There is no such resource, or it is not yours: the answer is the same.',
    detail: 'There is no such resource.',
  },
  409: {
    description: 'Other changes came first, again and again. The same request may work later.',
    detail: 'The resource is being changed by too many requests at once.',
  },
  412: {
    description: 'The resource has another version than those in If-Match.',
    detail: 'The resource has changed since the version named in If-Match.',
  },
  413: {
    description: 'The body of the resource, or the request, is too large.',
    detail: 'The body of a resource is at most 65536 bytes of JSON.',
  },
  415: {
    description: 'The request is not JSON, or it is content-coded.',
    detail: 'The request body has a media type that this path does not take.',
  },
};

/** Documents the refusals of a route as problem details. RFC 9457. */
export function ApiProblems(...statuses: (keyof typeof PROBLEMS)[]): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemAnswer),
    ...statuses.map((status) => {
      const { description, ...members } = PROBLEMS[status];
      const example = { type: 'about:blank', title: STATUS_CODES[status], status, ...members };
      const schema = { $ref: getSchemaPath(ProblemAnswer) };
      return ApiResponse({
        status,
        description,
        content: { 'application/problem+json': { schema, example } },
      });
    }),
  );
}
