import { SCOPE_TOKEN } from './characters.js';
import { InvalidScope } from './oauth-error.js';

/** Who may hold a scope: any client or person, only a person, or only a person with role `admin`. */
export type ScopeHolder = 'anyone' | 'person' | 'administrator';

interface ScopeDefinition {
  description: string;
  holder: ScopeHolder;
}

/** The scopes of the APIs in this repository. A team's own scopes need no entry; here they get words and a rule. */
export const SCOPES: Readonly<Record<string, ScopeDefinition>> = Object.freeze({
  profile: { description: 'Read who is signed in', holder: 'person' },
  account: { description: 'Change your own password, list and end your own sessions', holder: 'person' },
  'resources:read': { description: 'Read resources you own', holder: 'anyone' },
  'resources:write': { description: 'Create, change and delete resources you own', holder: 'anyone' },
  'users:read': { description: 'List and read people', holder: 'administrator' },
  'users:write': { description: 'Create, change, disable and delete people', holder: 'administrator' },
  'clients:read': { description: 'List and read registered clients', holder: 'administrator' },
  'clients:write': { description: 'Register, change and delete clients', holder: 'administrator' },
  'sessions:read': { description: 'List the sessions of everyone', holder: 'administrator' },
  'sessions:write': { description: 'End any session', holder: 'administrator' },
  'routes:read': { description: 'Read the gateway’s table of routes', holder: 'administrator' },
});

/** The scopes that a process offers: those of the gateway only where there is one. */
export function scopesOffered({ gateway }: { gateway: boolean }): string[] {
  return Object.keys(SCOPES).filter((scope) => gateway || scope !== 'routes:read');
}

/** The role whose holders may be granted administration scopes. */
export const ADMINISTRATOR_ROLE = 'admin';

/** What a scope asks of its holder. Unknown scopes belong to other APIs and may be held by anyone. */
export function holderOf(scope: string): ScopeHolder {
  return Object.hasOwn(SCOPES, scope) ? SCOPES[scope]!.holder : 'anyone';
}

/** Whether a user with these roles may hold a scope. */
export function mayHold(scope: string, roles: readonly string[]): boolean {
  return holderOf(scope) !== 'administrator' || roles.includes(ADMINISTRATOR_ROLE);
}

/**
 * Parses `scope-token *( SP scope-token )` and drops repeats, keeping the order. RFC 6749 §3.3.
 * @throws InvalidScope for an empty string, other separators or characters outside NQCHAR
 */
export function parseScope(text: string): string[] {
  const tokens = text.split(' ');
  if (!tokens.every((token) => SCOPE_TOKEN.test(token))) {
    throw new InvalidScope('The scope is malformed.');
  }
  return [...new Set(tokens)];
}

/** The scopes of a claim that are allowed, in its wire form: empty when none is. */
export function keepScopes(text: string, isAllowed: (scope: string) => boolean): string {
  return text === '' ? '' : formatScope(parseScope(text).filter(isAllowed));
}

/** The wire form of a list of scopes. RFC 6749 §3.3. */
export function formatScope(scopes: readonly string[]): string {
  return scopes.join(' ');
}
