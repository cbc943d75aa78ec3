import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
} from '@nestjs/swagger';
import { ApiProblems } from '../../../platform/http/api-problems.js';
import { Conflict, InvalidInput, NotFound } from '../../../protocol/problem.js';
import { ClientAnswer, ClientPage, ClientWithSecretAnswer } from './client-answers.dto.js';
import { ChangeClient, CreateClient, RotateSecret } from './client-requests.dto.js';

/** OpenAPI of the administration of clients, with requests that are valid as they are. */

const ClientId = () => ApiParam({ name: 'client_id', schema: { type: 'string' } });

export function ApiCreateClient(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'createClient',
      summary: 'Register a client',
      description:
        'What is left out gets its default: `client_credentials` alone, no scope, a generated `client_id`. The password ' +
        'grant takes `first_party: true`: RFC 9700 section 2.4 retires it, so nobody gets it by accident.',
    }),
    ApiBody({
      type: CreateClient,
      examples: {
        first_party: {
          summary: 'An application of your own that signs people in with a password',
          value: {
            client_name: 'Point of sale',
            first_party: true,
            grant_types: ['password', 'refresh_token'],
            scope: 'profile account resources:read resources:write',
          },
        },
        public: {
          summary: 'The same, where no secret can be kept: a single-page or mobile app',
          value: {
            client_name: 'Shop assistant app',
            first_party: true,
            grant_types: ['password', 'refresh_token'],
            token_endpoint_auth_method: 'none',
            scope: 'profile resources:read',
            allowed_origins: ['https://app.example'],
          },
        },
        gateway: {
          summary: 'One whose tokens say nothing: upstreams learn who calls, the application does not',
          value: {
            client_name: 'Partner kiosk',
            first_party: true,
            grant_types: ['password', 'refresh_token'],
            scope: 'resources:read',
            access_token_format: 'opaque',
            user_details: [
              { name: 'name', display: true },
              { name: 'roles', display: false },
              { name: 'attributes.department', display: false },
            ],
          },
        },
        machine: {
          summary: 'A service that acts for itself',
          value: {
            client_name: 'Nightly import',
            grant_types: ['client_credentials'],
            scope: 'resources:read resources:write',
          },
        },
        resource_server: {
          summary: 'An API that introspects the tokens it receives',
          value: { client_name: 'Orders API', grant_types: [], audiences: ['https://orders.example'] },
        },
      },
    }),
    ApiCreatedResponse({
      description: 'The client; its `client_secret` is shown this once.',
      type: ClientWithSecretAnswer,
      headers: {
        Location: {
          description: 'Path of the new client',
          schema: { type: 'string', example: '/admin/clients/point-of-sale' },
        },
      },
    }),
    ApiProblems(
      InvalidInput.member('client_name', 'must be a string'),
      InvalidInput.member('user_details/0/display', 'must be true or false'),
      InvalidInput.member(
        'grant_types',
        'password is only for a client with first_party: true (RFC 9700 section 2.4)',
      ),
      new Conflict('This client_id is taken.'),
      413,
      415,
    ),
  );
}

export function ApiListClients(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'listClients', summary: 'List clients in the order of their ids' }),
    ApiOkResponse({ description: 'A page of clients.', type: ClientPage }),
    ApiProblems(InvalidInput.member('cursor', 'is not a cursor of this list')),
  );
}

export function ApiReadClient(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'readClient', summary: 'Read a client' }),
    ClientId(),
    ApiOkResponse({ description: 'The client, without its secret.', type: ClientAnswer }),
    ApiProblems(new NotFound('client')),
  );
}

export function ApiChangeClient(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'changeClient',
      summary: 'Change what is named of a client',
      description: [
        'Disabling a client ends its sessions and tokens, and so does taking away what they rest on: without `password` or ' +
          '`first_party` the sessions of users, without `refresh_token` those that can be refreshed, without ' +
          '`client_credentials` the tokens of the client itself. Tokens lose a scope that the client loses.',
        'Sessions go on after every other change: `token_endpoint_auth_method` (the secret is the same), lifetimes (they count ' +
          'from the next sign-in or refresh), `user_details`, `audiences`, `allowed_origins`, format and algorithm of tokens.',
      ].join('\n\n'),
    }),
    ClientId(),
    ApiBody({
      type: ChangeClient,
      examples: {
        lifetimes: {
          summary: 'Give its tokens lifetimes of their own, in seconds',
          value: { access_token_ttl: 120, refresh_token_ttl: 86_400, grant_ttl: null },
        },
        details: {
          summary: 'Say what its tokens reveal of a person; each does after its next refresh',
          value: {
            user_details: [
              { name: 'email', display: true },
              { name: 'email_verified', display: true },
              { name: 'roles', display: false },
            ],
          },
        },
        disable: { summary: 'Disable it; its tokens end', value: { status: 'disabled' } },
        enable: { summary: 'Enable it again', value: { status: 'active' } },
      },
    }),
    ApiOkResponse({ description: 'The client as it is now.', type: ClientAnswer }),
    ApiProblems(
      InvalidInput.member('token_endpoint_auth_method', 'cannot change between public and confidential'),
      new NotFound('client'),
      413,
      415,
    ),
  );
}

export function ApiRotateClientSecret(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'rotateClientSecret',
      summary: 'Give a client a new secret',
      description:
        'The old one stays good for `overlap` seconds, so that nothing stops while it is replaced; sessions go on. Without an ' +
        'overlap all sessions and tokens of the client end, because an attacker who knew the old secret may have them. ' +
        '`end_sessions` says otherwise.',
    }),
    ClientId(),
    ApiBody({
      type: RotateSecret,
      examples: {
        overlap: { summary: 'The old secret stays good for an hour', value: { overlap: 3600 } },
        leaked: {
          summary: 'The old secret ends now, and all sessions with it',
          value: { overlap: 0, end_sessions: true },
        },
      },
    }),
    ApiOkResponse({
      description: 'The client; its new `client_secret` is shown this once.',
      type: ClientWithSecretAnswer,
    }),
    ApiProblems(
      InvalidInput.member('client_id', 'is that of a public client, which has no secret'),
      new NotFound('client'),
      413,
      415,
    ),
  );
}

export function ApiDeleteClient(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'deleteClient', summary: 'Delete a client and end its tokens' }),
    ClientId(),
    ApiNoContentResponse({ description: 'The client is gone.' }),
    ApiProblems(new NotFound('client')),
  );
}
