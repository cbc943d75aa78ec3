import type { Persistence } from '../../platform/database/data-source.js';
import { Users1763769600002 } from './persistence/migrations/1763769600002-users.js';
import { UserAttributes1764028800002 } from './persistence/migrations/1764028800002-attributes.js';
import { PasswordHashKinds1764583200617 } from './persistence/migrations/1764583200617-password-hash-kinds.js';
import { UserSearch1764583218031 } from './persistence/migrations/1764583218031-user-search.js';
import { DotlessUsernames1764583218033 } from './persistence/migrations/1764583218033-dotless-usernames.js';
import { DotsOfIAlone1764583218047 } from './persistence/migrations/1764583218047-dots-of-i-alone.js';
import { UserEntity } from './persistence/user.entity.js';

export { DirectoryContractModule } from './directory-contract.module.js';
export { objectionsToFirstAdministrator } from './directory/first-administrator.js';
export { UserDirectory } from './directory/user-directory.js';
export { HashSurvey } from './passwords/refusals/hash-survey.js';
export { UserTokenRevocation } from './user-token-revocation.js';
export { PasswordSignIn } from './sign-in/password-sign-in.js';
export { UserSubjectStatus } from './user-subject-status.js';
export { UsersModule } from './users.module.js';

export const usersPersistence: Persistence = {
  entities: [UserEntity],
  migrations: [
    Users1763769600002,
    UserAttributes1764028800002,
    PasswordHashKinds1764583200617,
    UserSearch1764583218031,
    DotlessUsernames1764583218033,
    DotsOfIAlone1764583218047,
  ],
};
