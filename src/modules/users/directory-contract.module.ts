import { Module } from '@nestjs/common';
import { AuthenticationController } from './http/authentication.controller.js';
import { UsersModule } from './users.module.js';

/**
 * What docs/contracts/identity.md asks of a directory, `POST /auth` and `GET /auth/users/{sub}`: for a gateway in another
 * process, and only where there is an internal secret.
 */
@Module({ imports: [UsersModule], controllers: [AuthenticationController] })
export class DirectoryContractModule {}
