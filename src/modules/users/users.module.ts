import { Module } from '@nestjs/common';
import { EncryptionConfig, InternalConfig, TokenConfig } from '../../config/config.js';
import { PasswordChange } from './directory/password-change.js';
import { UserDirectory } from './directory/user-directory.js';
import { AccountPasswordController } from './http/account-password.controller.js';
import { AdminUsersController } from './http/admin-users.controller.js';
import { HashComparison } from './passwords/hash-comparison.js';
import { HashImport } from './passwords/hash-import.js';
import { ExpensiveLane, HashingLanes } from './passwords/hashing-lanes.js';
import { HashingQueue } from './passwords/hashing-queue.js';
import { PasswordHasher } from './passwords/password-hasher.js';
import { PasswordPolicy } from './passwords/password-policy.js';
import { HashSurvey } from './passwords/refusals/hash-survey.js';
import { RefusalFloor } from './passwords/refusals/refusal-floor.js';
import { StandIns, standInKey } from './passwords/refusals/stand-ins.js';
import { TypeormUserStore } from './persistence/typeorm-user.store.js';
import { PasswordSignIn } from './sign-in/password-sign-in.js';
import { UserSubjectStatus } from './user-subject-status.js';
import { UserStore } from './user-store.js';

/** People and their passwords. */
@Module({
  controllers: [AdminUsersController, AccountPasswordController],
  providers: [
    { provide: HashingQueue, useFactory: () => new HashingQueue() },
    ExpensiveLane,
    HashingLanes,
    RefusalFloor,
    {
      provide: StandIns,
      inject: [EncryptionConfig, InternalConfig],
      useFactory: (encryption: EncryptionConfig, internal: InternalConfig) =>
        new StandIns(standInKey(encryption.key ?? internal.secret)),
    },
    {
      provide: PasswordPolicy,
      inject: [TokenConfig],
      useFactory: ({ issuer }: TokenConfig) => PasswordPolicy.ofIssuer(issuer),
    },
    HashComparison,
    HashImport,
    PasswordHasher,
    HashSurvey,
    PasswordChange,
    PasswordSignIn,
    UserSubjectStatus,
    UserDirectory,
    { provide: UserStore, useClass: TypeormUserStore },
  ],
  exports: [PasswordSignIn, UserSubjectStatus, UserDirectory],
})
export class UsersModule {}
