import { Injectable } from '@nestjs/common';
import { GatewayConfig } from '../../../config/config.js';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { type AccessTokenClaims, isClientToken } from '../../../protocol/access-token.js';
import { UUID } from '../../../protocol/characters.js';
import { isPersonSubject } from '../../../protocol/subject.js';
import type { Route } from '../routes/route.js';
import { ChangedUsers } from './changed-users.js';
import { PendingChange } from './pending-change.js';

/** RFC 9110 §9.2.1. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The segment of a path below which users change their own account. */
const OWN_ACCOUNT = 'account';

/** The segment of a path that a user's `sub` follows. */
const USERS = 'users';

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

/** The one user whom the path names, and the caller where it is the caller's own account. */
export function subjectsChanged(path: string, claims: AccessTokenClaims | undefined): string[] {
  const [pathname = ''] = path.split('?');
  const segments = pathname.split('/').map(asDirectoryReads);
  const named = namedSubject(segments);
  const isOwn = claims !== undefined && !isClientToken(claims) && segments.includes(OWN_ACCOUNT);
  return [...new Set([...(named === undefined ? [] : [named]), ...(isOwn ? [claims.sub] : [])])];
}

/**
 * The segment after `users`, otherwise the only one that can be a `sub`. A path with several names nobody: the number of
 * reviews must not grow with the length of a path.
 */
function namedSubject(segments: readonly string[]): string | undefined {
  const afterUsers = segments.findLast(
    (segment, at) => segments[at - 1] === USERS && isPersonSubject(segment),
  );
  if (afterUsers !== undefined) return afterUsers;
  const candidates = new Set(segments.filter(isPersonSubject));
  return candidates.size === 1 ? [...candidates][0] : undefined;
}

/** UUIDs are equal in either case (RFC 9562 §4); a `sub` has them in lower case. */
function asDirectoryReads(segment: string): string {
  const decoded = decodedOnce(segment);
  const lower = decoded.toLowerCase();
  return UUID.test(lower) ? lower : decoded;
}

function decodedOnce(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
