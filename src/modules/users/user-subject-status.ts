import { Injectable } from '@nestjs/common';
import { type AccessTokenClaims, isClientToken } from '../../protocol/access-token.js';
import { InvalidToken } from '../../protocol/bearer-error.js';
import { UUID } from '../../protocol/characters.js';
import { keepScopes, mayHold } from '../../protocol/scopes.js';
import { SubjectStatus } from '../access/index.js';
import { UserStore } from './user-store.js';

/**
 * Where this process has the users and another one the tokens: the user's row is read for every request. A gateway that
 * has not heard of a change yet cannot let anyone act on these users any more.
 */
@Injectable()
export class UserSubjectStatus extends SubjectStatus {
  constructor(private readonly users: UserStore) {
    super();
  }

  async confirm(
    claims: AccessTokenClaims,
    _required: readonly string[],
    disconnection?: AbortSignal,
  ): Promise<AccessTokenClaims> {
    // A client's own token has no user. It may hold no scope of a user's, and `checkScopes` rejects it for those.
    if (isClientToken(claims)) return claims;
    const user = UUID.test(claims.sub) ? await this.users.findStanding(claims.sub, disconnection) : undefined;
    if (user?.status !== 'active') throw new InvalidToken('the user is gone or disabled');
    return { ...claims, scope: keepScopes(claims.scope, (name) => mayHold(name, user.roles)) };
  }
}
