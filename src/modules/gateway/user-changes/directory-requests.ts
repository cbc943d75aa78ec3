import { Injectable } from '@nestjs/common';
import { GatewayConfig } from '../../../config/config.js';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { type AccessTokenClaims, isClientToken } from '../../../protocol/access-token.js';
import { isPersonSubject } from '../../../protocol/subject.js';
import type { Route } from '../routes/route.js';
import { ChangedUsers } from './changed-users.js';
import { PendingChange } from './pending-change.js';

/** RFC 9110 §9.2.1. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The segment of a path below which users change their own account. */
const OWN_ACCOUNT = 'account';

interface DirectoryRequest {
  method: string;
  route: Pick<Route, 'audience' | 'upstream'>;
  /** As the upstream receives it. */
  path: string;
  claims: AccessTokenClaims | undefined;
}

/** Knows the forwarded requests by which a directory changes users, and whom each of them changes. */
@Injectable()
export class DirectoryRequests {
  constructor(
    private readonly config: GatewayConfig,
    private readonly users: ChangedUsers,
    private readonly logger: AppLogger,
  ) {}

  /** Undefined for a request that changes no user, as far as the gateway can know. */
  changeBy({ method, route, path, claims }: DirectoryRequest): PendingChange | undefined {
    if (SAFE.has(method) || !this.isToDirectory(route)) return undefined;
    const subjects = subjectsChanged(path, claims);
    return subjects.length === 0 ? undefined : new PendingChange(subjects, this.users, this.logger);
  }

  private isToDirectory({ audience, upstream }: DirectoryRequest['route']): boolean {
    const { identityAudience, identityUrl } = this.config;
    return audience === identityAudience || upstream.targets.some((target) => target === identityUrl);
  }
}

/** Every user whose `sub` the path names, or the caller where it is the caller's own account. */
export function subjectsChanged(path: string, claims: AccessTokenClaims | undefined): string[] {
  const [pathname = ''] = path.split('?');
  const segments = pathname.split('/').map(decodeURIComponent);
  const named = segments.filter(isPersonSubject);
  const isOwn = claims !== undefined && !isClientToken(claims) && segments.includes(OWN_ACCOUNT);
  return [...new Set(isOwn ? [...named, claims.sub] : named)];
}
