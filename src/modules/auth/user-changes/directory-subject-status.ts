import { Injectable } from '@nestjs/common';
import type { AccessTokenClaims } from '../../../protocol/access-token.js';
import { holderOf } from '../../../protocol/scopes.js';
import { AccessTokenVerifier, SubjectStatus } from '../../access/index.js';
import { RecentReviews } from './recent-reviews.js';

/**
 * Where another process has the users: an administration scope counts only if the directory described its holder within
 * the last second. That description has already ended or narrowed the grants, so the grant is read once more.
 */
@Injectable()
export class DirectorySubjectStatus extends SubjectStatus {
  constructor(
    private readonly reviews: RecentReviews,
    private readonly tokens: AccessTokenVerifier,
  ) {
    super();
  }

  async confirm(
    claims: AccessTokenClaims,
    required: readonly string[],
    disconnection?: AbortSignal,
  ): Promise<AccessTokenClaims> {
    if (!isAdministration(claims, required)) return claims;
    return this.reviews.after(claims.sub, async () => this.tokens.revalidate(claims), disconnection);
  }
}

/** Whether the token has an administration scope that is asked for. Without it, the request is rejected anyway. */
function isAdministration({ scope }: AccessTokenClaims, required: readonly string[]): boolean {
  const held = scope.split(' ');
  return required.some((name) => holderOf(name) === 'administrator' && held.includes(name));
}
