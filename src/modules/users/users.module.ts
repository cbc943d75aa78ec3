import { Module } from '@nestjs/common';
import { HashingConfig, TokenConfig } from '../../config/config.js';
import { OwnPassword } from './directory/own-password.js';
import { UserDirectory } from './directory/user-directory.js';
import { AccountPasswordController } from './http/account-password.controller.js';
import { AdminUsersController } from './http/admin-users.controller.js';
import { HashingQueue } from './passwords/hashing-queue.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { PasswordPolicy } from './passwords/password-policy.js';
import { TODAY } from './passwords/schemes/argon2.js';
import { TypeormUserStore } from './persistence/typeorm-user.store.js';
import { PasswordSignIn } from './sign-in/password-sign-in.js';
import { SubjectStatusOfUsers } from './subject-status-of-users.js';
import { UserStore } from './user-store.js';

/** People and their passwords. */
@Module({
  controllers: [AdminUsersController, AccountPasswordController],
  providers: [
    { provide: HashingQueue, useFactory: () => new HashingQueue() },
    {
      provide: PasswordHasher,
      inject: [HashingQueue, HashingConfig],
      useFactory: (queue: HashingQueue, { maxImportCost }: HashingConfig) =>
        new PasswordHasher(queue, TODAY, maxImportCost),
    },
    {
      provide: PasswordPolicy,
      inject: [TokenConfig],
      useFactory: ({ issuer }: TokenConfig) => PasswordPolicy.ofIssuer(issuer),
    },
    OwnPassword,
    PasswordSignIn,
    SubjectStatusOfUsers,
    UserDirectory,
    { provide: UserStore, useClass: TypeormUserStore },
  ],
  exports: [PasswordSignIn, SubjectStatusOfUsers, UserDirectory],
})
export class UsersModule {}
