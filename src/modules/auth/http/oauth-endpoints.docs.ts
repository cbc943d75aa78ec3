import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { clientChallenge } from '../../../platform/http/oauth-error-writer.js';
import { shownExamples } from '../../../platform/http/shown-examples.js';
import {
  InvalidClient,
  InvalidGrant,
  InvalidRequest,
  InvalidScope,
  InvalidTarget,
  type OAuthError,
  TemporarilyUnavailable,
  UnauthorizedClient,
  UnsupportedGrantType,
} from '../../../protocol/oauth-error.js';
import {
  IntrospectionAnswer,
  OAuthErrorAnswer,
  TokenForm,
  TokenRequest,
  TokenAnswer,
} from './oauth-endpoints.dto.js';

/** OpenAPI of the OAuth endpoints. Their errors are documented by the errors themselves. */

const DESCRIPTIONS: Record<number, string> = {
  400: 'Refused; `error` is a code of RFC 6749 section 5.2 or RFC 8707 section 2.',
  401: 'The client did not authenticate.',
  413: 'The body is too large.',
  429: 'A refresh was repeated too often, or the directory of users limits its callers: try again after `Retry-After` seconds.',
  503: 'Overloaded, or the database is away: try again after `Retry-After` seconds.',
};

const HEADERS: Record<number, Record<string, { description: string; schema: object }>> = {
  401: {
    'WWW-Authenticate': {
      description:
        'A Basic challenge where Basic was tried; otherwise one that opens no login box in a browser',
      schema: { type: 'string', example: clientChallenge(new InvalidClient(true)) },
    },
  },
  429: { 'Retry-After': { description: 'Whole seconds', schema: { type: 'integer', example: 1 } } },
  503: { 'Retry-After': { description: 'Whole seconds', schema: { type: 'integer', example: 2 } } },
};

export function ApiTokenEndpoint(): MethodDecorator {
  return oauthEndpoint(
    ApiOperation({
      operationId: 'requestToken',
      summary: 'Get tokens (RFC 6749)',
      description: [
        '`password` exchanges a username and a password. RFC 9700 section 2.4 and OAuth 2.1 retire it: it is for ' +
          'first-party clients that have been given it, until they can do otherwise.',
        '`refresh_token` answers new tokens; the refresh token is used up. `client_credentials` is for a client that acts for itself.',
        'The client authenticates with Basic (**Authorize**, scheme *client*) or with `client_id` and `client_secret` in the form; ' +
          'a public client names its `client_id` alone.',
      ].join('\n\n'),
    }),
    ApiBody({
      type: TokenRequest,
      examples: {
        password: {
          summary: 'A person signs in',
          value: { grant_type: 'password', username: 'alice', password: 'tractor yellow moonlight' },
        },
        refresh_token: {
          summary: 'The session goes on',
          value: {
            grant_type: 'refresh_token',
            refresh_token: 'gwr_Jm2Xw0p8Tt5vWb1rZs7Kq4Nf9Yc3Hg6Ld0aEiUoPxMk',
          },
        },
        client_credentials: {
          summary: 'A client acts for itself',
          value: { grant_type: 'client_credentials', scope: 'resources:read' },
        },
      },
    }),
    ApiOkResponse({
      description: 'Tokens; there is a refresh token for a person alone.',
      type: TokenAnswer,
    }),
    ...refusals(
      new InvalidGrant(),
      new InvalidRequest('The parameter username is missing.'),
      new InvalidScope('The requested scope is unknown, or exceeds what this client and person may have.'),
      new UnauthorizedClient('The client is not authorized to use this grant type.'),
      new UnsupportedGrantType(),
      new InvalidTarget(),
    ),
    documentedErrors(429, [new TemporarilyUnavailable(1)]),
  );
}

export function ApiRevocationEndpoint(): MethodDecorator {
  return oauthEndpoint(
    ApiOperation({
      operationId: 'revokeToken',
      summary: 'Revoke a token (RFC 7009)',
      description:
        'A refresh token ends its whole session; an access token ends alone. A token that is unknown or has ended already answers 200 as well.',
    }),
    ApiBody({ type: TokenForm }),
    ApiOkResponse({
      description: 'The token does not count any more.',
      content: { 'application/json': { schema: { type: 'object' }, example: {} } },
    }),
    ...refusals(new InvalidRequest('The token was not issued to this client.')),
  );
}

export function ApiIntrospectionEndpoint(): MethodDecorator {
  return oauthEndpoint(
    ApiOperation({
      operationId: 'introspectToken',
      summary: 'Ask what a token is (RFC 7662)',
      description:
        'For tokens of the asking client, and for access tokens of an audience that it is registered for. Of the person, a ' +
        'client is told what its `user_details` display, and a resource server all that they name. Public clients may not ask.',
    }),
    ApiBody({ type: TokenForm }),
    ApiExtraModels(IntrospectionAnswer),
    ApiOkResponse({
      description: 'What the token says, or that it does not count.',
      content: {
        'application/json': {
          schema: { $ref: getSchemaPath(IntrospectionAnswer) },
          examples: {
            active: {
              summary: 'A person’s access token',
              value: {
                active: true,
                token_type: 'Bearer',
                iss: 'http://localhost:3000',
                sub: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10',
                aud: 'http://localhost:3000',
                client_id: 'grantway',
                scope: 'resources:read',
                iat: 1763769600,
                exp: 1763769900,
                jti: 'Xn2hV0tq1Zc4',
                sid: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b11',
                auth_time: 1763769600,
                amr: ['pwd'],
                roles: ['clerk'],
                attributes: { department: 'Freight' },
              },
            },
            inactive: { summary: 'Unknown, ended, or a stranger’s', value: { active: false } },
          },
        },
      },
    }),
    ...refusals(new InvalidRequest('The parameter token is missing.')),
  );
}

function oauthEndpoint(...docs: MethodDecorator[]): MethodDecorator {
  return applyDecorators(ApiTags('OAuth 2.0'), ApiConsumes('application/x-www-form-urlencoded'), ...docs);
}

/** The endpoint's own refusals and those of every OAuth endpoint, by status. */
function refusals(...own: OAuthError[]): MethodDecorator[] {
  const errors = [...own, new InvalidClient(true), new TemporarilyUnavailable(2)];
  const answers = [
    ...errors.map((error) => ({ status: error.status, error })),
    { status: 413, error: new InvalidRequest('The request body is too large.') },
  ];
  const responses = [...Map.groupBy(answers, ({ status }) => status)].map(([status, group]) =>
    documentedErrors(
      status,
      group.map(({ error }) => error),
    ),
  );
  return [ApiExtraModels(OAuthErrorAnswer), ...responses];
}

function documentedErrors(status: number, errors: OAuthError[]): MethodDecorator {
  const examples = errors.map(({ code, description }) => ({
    summary: code,
    value: { error: code, error_description: description },
  }));
  return ApiResponse({
    status,
    description: DESCRIPTIONS[status],
    headers: HEADERS[status],
    content: {
      'application/json': {
        schema: { $ref: getSchemaPath(OAuthErrorAnswer) },
        ...shownExamples(examples),
      },
    },
  });
}
