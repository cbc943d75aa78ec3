import { Module } from '@nestjs/common';
import { AuthenticationController } from './http/authentication.controller.js';
import { UsersModule } from './users.module.js';

/** `POST /auth`: checks people's passwords for a gateway in another process. Only where there is an internal secret. */
@Module({ imports: [UsersModule], controllers: [AuthenticationController] })
export class AuthenticationModule {}
