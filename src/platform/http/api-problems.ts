import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { BearerError } from '../../protocol/bearer-error.js';
import {
  Conflict,
  InvalidInput,
  NotFound,
  PreconditionFailed,
  ProblemError,
  Unavailable,
} from '../../protocol/problem.js';
import { bearerChallenge } from './bearer-error-writer.js';
import { ProblemDetails } from './problem-details.js';
import { problemOf } from './problem-writer.js';
import { shownExamples } from './shown-examples.js';

type Refusal = ProblemError | BearerError;

interface Header {
  description: string;
  schema: { type: string; example: string | number };
}

const DESCRIPTIONS: Record<number, string> = {
  400: 'The request is malformed, or a value in it is refused; `errors` says which.',
  401: 'No access token, or one that does not count.',
  403: 'The access token lacks a scope that this route needs.',
  404: 'There is nothing with this id that the caller may see.',
  409: 'The request contradicts what is there.',
  412: 'What is there has another version than If-Match names.',
  413: 'The body, or a value in it, is too large.',
  415: 'The body has another media type than those above, or is content-coded.',
  503: 'Overloaded, or something that this route needs is away: try again after `Retry-After` seconds.',
};

/** What a route answers with that names a status alone. */
const USUAL = {
  400: new InvalidInput([{ pointer: '/colour', detail: 'is not a member of this request' }]),
  404: new NotFound('resource'),
  409: new Conflict('The resource is being changed by too many requests at once.'),
  412: new PreconditionFailed(),
  413: new ProblemError(413, 'The request body is too large.'),
  415: new ProblemError(415, 'The request body has a media type that this path does not take.'),
  503: new Unavailable(2),
} satisfies Record<number, Refusal>;

const REQUEST_ID = '5f0c4a52-6f0e-4d5c-9a55-0f3d3c1f7a11';
const RESOURCE = 'http://localhost:3000';

const CHALLENGE = 'What is missing, as a Bearer challenge (RFC 6750 section 3)';
const RETRY_AFTER = { description: 'Whole seconds', schema: { type: 'integer', example: 2 } };

/**
 * Documents the refusals of a route as problem details: by a status, or by an error just as the route throws it, which
 * makes the example what a caller will see. `@ApiProblems(400, 404, new Conflict('This username is taken.'))`.
 */
export function ApiProblems(...refusals: (keyof typeof USUAL | Refusal)[]): MethodDecorator & ClassDecorator {
  const errors = refusals.map((refusal) => (typeof refusal === 'number' ? USUAL[refusal] : refusal));
  const responses = Map.groupBy(errors, ({ status }) => status);
  return applyDecorators(
    ApiExtraModels(ProblemDetails),
    ...[...responses].map(([status, group]) => problemResponse(status, group)),
  );
}

function problemResponse(status: number, errors: Refusal[]): MethodDecorator & ClassDecorator {
  const schema = { $ref: getSchemaPath(ProblemDetails) };
  return ApiResponse({
    status,
    description: DESCRIPTIONS[status],
    headers: headersOf(errors),
    content: { 'application/problem+json': { schema, ...shownExamples(errors.map(exampleOf)) } },
  });
}

function exampleOf(error: Refusal): { summary: string; value: object } {
  const { status } = error;
  if (error instanceof BearerError) {
    return {
      summary: error.description,
      value: problemOf({ status, detail: error.description }, REQUEST_ID),
    };
  }
  const { detail, errors } = error;
  const [first] = errors ?? [];
  return {
    summary: first === undefined ? detail : `${first.pointer} ${first.detail}`,
    value: problemOf({ status, detail, errors }, REQUEST_ID),
  };
}

function headersOf(errors: Refusal[]): Record<string, Header> {
  const bearer = errors.findLast((error) => error instanceof BearerError);
  if (bearer !== undefined) {
    const schema = { type: 'string', example: bearerChallenge(bearer, RESOURCE) };
    return { 'WWW-Authenticate': { description: CHALLENGE, schema } };
  }
  return errors.some((error) => error instanceof Unavailable) ? { 'Retry-After': RETRY_AFTER } : {};
}
