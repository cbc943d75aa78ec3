import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import { ApiProblems } from '../../../platform/http/api-problems.js';
import { ProblemDetails } from '../../../platform/http/problem-details.js';
import { problemOf } from '../../../platform/http/problem-writer.js';
import { InvalidToken } from '../../../protocol/bearer-error.js';
import { InvalidInput } from '../../../protocol/problem.js';
import {
  AuthenticationRequest,
  OwnerAnswer,
  RefusalAnswer,
  SignedInAnswer,
  UnknownPersonAnswer,
} from './authentication.dto.js';

/** OpenAPI of the two routes of the gateway: the contract of every directory of people, this one or a team's own. */

/**
 * RFC 9110 §11.6.1 wants a challenge in every 401. A Bearer one would tell the gateway that its own secret is wrong;
 * what this one wants is in the body.
 */
export const REFUSAL_CHALLENGE = 'Password realm="grantway"';

const REQUEST_ID = '5f0c4a52-6f0e-4d5c-9a55-0f3d3c1f7a11';
const RETRY_AFTER = { description: 'Whole seconds', schema: { type: 'integer', minimum: 1, example: 2 } };

/** How the OpenAPI document shows a challenge, by its scheme. */
function challengeHeader(description: string, example: string): Record<string, object> {
  return { 'WWW-Authenticate': { description, schema: { type: 'string', example } } };
}

const WRONG_SECRET = problem(401, new InvalidToken().description);
const REFUSAL = {
  'application/json': {
    schema: { $ref: getSchemaPath(RefusalAnswer) },
    example: { error: 'invalid_credentials' },
  },
};

/** What both routes refuse alike. */
const COMMON = [
  ApiExtraModels(ProblemDetails),
  ApiResponse({
    status: 403,
    description: 'The secret is right, and a client certificate that is asked for besides is missing.',
    content: problem(403, 'This route is for peers that show a client certificate.'),
  }),
  ApiProblems(503),
];

function problem(status: number, detail: string): Record<string, object> {
  const schema = { $ref: getSchemaPath(ProblemDetails) };
  return {
    'application/problem+json': { schema, example: problemOf({ status, detail }, REQUEST_ID) },
  };
}

export function ApiAuthenticate(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'authenticatePerson',
      summary: 'Check a person’s username and password for the gateway',
      description:
        'One refusal for whoever may not sign in: unknown, wrong password, disabled. It takes as long for any of them.',
    }),
    ApiBody({ type: AuthenticationRequest }),
    ApiExtraModels(RefusalAnswer),
    ApiOkResponse({ description: 'The person.', type: SignedInAnswer }),
    ApiResponse({
      status: 401,
      description:
        'With `{"error":"invalid_credentials"}` and nothing else: the person may not sign in with these. Without: the ' +
        'internal secret is missing or wrong.',
      headers: challengeHeader(
        'With `error="invalid_token"` the internal secret is wrong; a refusal has another scheme.',
        REFUSAL_CHALLENGE,
      ),
      content: { ...REFUSAL, ...WRONG_SECRET },
    }),
    ApiResponse({
      status: 429,
      description: 'Too many attempts: nothing was checked. The client gets the same answer.',
      headers: { 'Retry-After': RETRY_AFTER },
      content: problem(429, 'Too many requests. Try again later.'),
    }),
    ApiProblems(InvalidInput.member('username', 'must be a string'), 413, 415),
    ...COMMON,
  );
}

export function ApiDescribe(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'describePerson',
      summary: 'Say who a person is today, for the gateway',
      description:
        'Asked at every refresh, after a change through the gateway, and before administration: what changed gets into the tokens, and who is gone gets none.',
    }),
    ApiParam({ name: 'sub', schema: { type: 'string', maxLength: 255 } }),
    ApiOkResponse({ description: 'The person as of now.', type: OwnerAnswer }),
    ApiResponse({
      status: 401,
      description: 'The internal secret is missing or wrong.',
      headers: challengeHeader('RFC 6750 section 3', 'Bearer realm="grantway", error="invalid_token"'),
      content: WRONG_SECRET,
    }),
    ApiExtraModels(UnknownPersonAnswer),
    ApiResponse({
      status: 404,
      description:
        'With `{"error":"unknown_person"}`: the person is gone or disabled, and so are the sessions. Without, it is no ' +
        'word of a directory’s, and the gateway answers 503.',
      content: {
        'application/json': {
          schema: { $ref: getSchemaPath(UnknownPersonAnswer) },
          example: { error: 'unknown_person' },
        },
      },
    }),
    ...COMMON,
  );
}
