import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiSecurity, ApiTags } from '@nestjs/swagger';

/** OpenAPI of the OAuth endpoints: their bodies are forms that the strict parser reads, so no class describes them. */

const CREDENTIAL_PARAMETERS = {
  client_id: {
    type: 'string',
    description: 'With `client_secret` when Basic is not used; alone for a public client',
  },
  client_secret: { type: 'string', format: 'password' },
} as const;

const refusal = (status: number, description: string, error: string) =>
  ApiResponse({
    status,
    description,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          required: ['error'],
          properties: { error: { type: 'string' }, error_description: { type: 'string' } },
        },
        example: { error },
      },
    },
  });

const unavailable = () =>
  refusal(503, 'Overloaded: try again after `Retry-After` seconds.', 'temporarily_unavailable');
const clientRefused = () => refusal(401, 'Client authentication failed.', 'invalid_client');

export function ApiTokenEndpoint(): MethodDecorator {
  return applyDecorators(
    ApiTags('OAuth 2.0'),
    ApiSecurity('client'),
    ApiOperation({
      summary: 'Get tokens (RFC 6749)',
      description:
        'Grant types: `password` (retired by RFC 9700, for first-party clients alone), `refresh_token` (rotates the ' +
        'refresh token) and `client_credentials`. The client authenticates with Basic or in the body.',
    }),
    ApiConsumes('application/x-www-form-urlencoded'),
    ApiBody({
      schema: {
        type: 'object',
        required: ['grant_type'],
        properties: {
          grant_type: { type: 'string', enum: ['password', 'refresh_token', 'client_credentials'] },
          username: { type: 'string', description: 'With `password`' },
          password: { type: 'string', format: 'password', description: 'With `password`' },
          refresh_token: { type: 'string', description: 'With `refresh_token`' },
          scope: { type: 'string', description: 'Space-separated; left out, the client’s default' },
          resource: { type: 'string', format: 'uri', description: 'RFC 8707; the audience of this server' },
          ...CREDENTIAL_PARAMETERS,
        },
      },
      examples: {
        password: {
          value: { grant_type: 'password', username: 'alice', password: 'tractor yellow moonlight' },
        },
        refresh_token: { value: { grant_type: 'refresh_token', refresh_token: 'gwr_…' } },
        client_credentials: { value: { grant_type: 'client_credentials', scope: 'resources:read' } },
      },
    }),
    ApiResponse({
      status: 200,
      description: 'Tokens.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['access_token', 'token_type', 'expires_in', 'scope'],
            properties: {
              access_token: { type: 'string' },
              token_type: { type: 'string', enum: ['Bearer'] },
              expires_in: { type: 'integer', description: 'Seconds' },
              refresh_token: { type: 'string' },
              scope: { type: 'string' },
            },
          },
          example: {
            access_token: 'eyJ0eXAiOiJhdCtqd3Qi…',
            token_type: 'Bearer',
            expires_in: 300,
            refresh_token: 'gwr_…',
            scope: 'profile account resources:read resources:write',
          },
        },
      },
    }),
    refusal(400, 'Refused; `error` is a code of RFC 6749 section 5.2.', 'invalid_grant'),
    clientRefused(),
    unavailable(),
  );
}

export function ApiRevocationEndpoint(): MethodDecorator {
  return applyDecorators(
    ApiTags('OAuth 2.0'),
    ApiSecurity('client'),
    ApiOperation({
      summary: 'Revoke a token (RFC 7009)',
      description:
        'A refresh token ends its whole session; an access token ends alone. Unknown tokens answer 200.',
    }),
    ApiConsumes('application/x-www-form-urlencoded'),
    ApiBody({ schema: tokenForm() }),
    ApiResponse({
      status: 200,
      description: 'The token does not count any more.',
      content: { 'application/json': { example: {} } },
    }),
    refusal(400, 'The request is malformed, or the token is another client’s.', 'invalid_request'),
    clientRefused(),
    unavailable(),
  );
}

export function ApiIntrospectionEndpoint(): MethodDecorator {
  return applyDecorators(
    ApiTags('OAuth 2.0'),
    ApiSecurity('client'),
    ApiOperation({
      summary: 'Ask what a token is (RFC 7662)',
      description:
        'For tokens of the asking client, and for access tokens of an audience it is registered for.',
    }),
    ApiConsumes('application/x-www-form-urlencoded'),
    ApiBody({ schema: tokenForm() }),
    ApiResponse({
      status: 200,
      description: 'The token’s claims, or `{"active":false}`.',
      content: {
        'application/json': {
          examples: {
            active: {
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
                jti: 'Xn2hV0…',
                sid: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b11',
                auth_time: 1763769600,
                amr: ['pwd'],
              },
            },
            inactive: { value: { active: false } },
          },
        },
      },
    }),
    refusal(400, 'The request is malformed.', 'invalid_request'),
    clientRefused(),
    unavailable(),
  );
}

function tokenForm() {
  return {
    type: 'object',
    required: ['token'],
    properties: {
      token: { type: 'string' },
      token_type_hint: { type: 'string', enum: ['access_token', 'refresh_token'] },
      ...CREDENTIAL_PARAMETERS,
    },
  };
}
