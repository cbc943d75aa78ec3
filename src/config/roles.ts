import type { EnvironmentReader } from './environment.js';

export const ROLES = ['identity', 'oauth', 'api', 'gateway'] as const;
export type Role = (typeof ROLES)[number];

/** What this process serves. */
export class RolesConfig {
  /** People and their passwords. */
  identity: boolean;
  /** Clients, grants, tokens and signing keys. */
  oauth: boolean;
  /** The protected backend API. */
  api: boolean;
  /** Forwards calls to upstreams; it owns clients and tokens, so it comes with `oauth`. */
  gateway: boolean;
}

export function readRoles(read: EnvironmentReader): RolesConfig {
  const names = read.list('ROLES', (name) => (ROLES as readonly string[]).includes(name), ROLES.join(', '));
  const areKnown = names.length > 0 && names.every((name) => (ROLES as readonly string[]).includes(name));
  const chosen: readonly string[] = areKnown ? names : ['identity', 'oauth', 'api'];
  const roles: RolesConfig = {
    identity: chosen.includes('identity'),
    oauth: chosen.includes('oauth'),
    api: chosen.includes('api'),
    gateway: chosen.includes('gateway'),
  };
  read.demand(
    roles.oauth || !roles.gateway,
    'ROLES must have oauth where it has gateway: the gateway owns clients and tokens.',
  );
  return roles;
}
