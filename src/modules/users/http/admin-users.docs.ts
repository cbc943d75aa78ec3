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
import { ChangeUser, CreateUser, CreatedUserAnswer, UserAnswer, UserPage } from './user.dto.js';

/** OpenAPI of the administration of people, with requests that are valid as they are. */

const USER_ID = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10';

const Id = () => ApiParam({ name: 'id', schema: { type: 'string', format: 'uuid' } });

const LAST_ADMINISTRATOR = new Conflict('This is the last active administrator; make another one first.');

export function ApiCreateUser(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'createUser',
      summary: 'Create a person, with a password or an imported hash',
      description: 'Someone without either cannot sign in with a password.',
    }),
    ApiBody({
      type: CreateUser,
      examples: {
        person: {
          summary: 'A person with a password',
          value: {
            username: 'alice',
            password: 'tractor yellow moonlight',
            name: 'Alice Example',
            email: 'alice@example.com',
            attributes: { department: 'Freight', sites: ['Basel', 'Brno'] },
          },
        },
        administrator: {
          summary: 'Another administrator',
          value: { username: 'carol', password: 'seven green bicycles sing', roles: ['admin'] },
        },
        imported: {
          summary: 'A person of another system, with the hash from there',
          value: {
            username: 'bob',
            password_hash: '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
          },
        },
      },
    }),
    ApiCreatedResponse({
      description: 'The person.',
      type: CreatedUserAnswer,
      headers: {
        Location: {
          description: 'Path of the new person',
          schema: { type: 'string', example: `/admin/users/${USER_ID}` },
        },
      },
    }),
    ApiProblems(
      InvalidInput.member('username', 'must be a string'),
      InvalidInput.member('password_hash', 'cannot stand beside password'),
      new Conflict('This username is taken.'),
      413,
      415,
    ),
  );
}

export function ApiListUsers(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'listUsers',
      summary: 'List people, newest first',
      description:
        'With conditions, those who meet all of them. A cursor continues the list of the same conditions.',
    }),
    ApiOkResponse({ description: 'A page of people.', type: UserPage }),
    ApiProblems(
      InvalidInput.member('cursor', 'is not a cursor of this list'),
      InvalidInput.member('status', 'must be one of active, disabled'),
    ),
  );
}

export function ApiReadUser(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'readUser', summary: 'Read a person' }),
    Id(),
    ApiOkResponse({ description: 'The person; a password is never shown.', type: UserAnswer }),
    ApiProblems(new NotFound('user')),
  );
}

export function ApiChangeUser(): MethodDecorator {
  return applyDecorators(
    ApiOperation({
      operationId: 'changeUser',
      summary: 'Change what is named of a person',
      description:
        'Disabling a person or giving a new password ends the person’s tokens. Tokens lose what a lost role allowed.',
    }),
    Id(),
    ApiBody({
      type: ChangeUser,
      examples: {
        profile: {
          summary: 'Change a name and an address',
          value: { name: 'Alice E. Example', email: null },
        },
        attributes: {
          summary: 'Replace the attributes; tokens say so after their next refresh',
          value: { attributes: { department: 'Customs' } },
        },
        disable: { summary: 'Disable; the tokens end', value: { status: 'disabled' } },
        enable: { summary: 'Enable again', value: { status: 'active' } },
        password: {
          summary: 'Reset the password; the tokens end',
          value: { password: 'eleven calm rivers bending' },
        },
      },
    }),
    ApiOkResponse({ description: 'The person as now known.', type: UserAnswer }),
    ApiProblems(
      InvalidInput.member('email', 'must be an e-mail address'),
      new NotFound('user'),
      LAST_ADMINISTRATOR,
      413,
      415,
    ),
  );
}

export function ApiDeleteUser(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ operationId: 'deleteUser', summary: 'Delete a person and end the person’s tokens' }),
    Id(),
    ApiNoContentResponse({ description: 'The person is gone; the id is never used again.' }),
    ApiProblems(new NotFound('user'), LAST_ADMINISTRATOR),
  );
}
