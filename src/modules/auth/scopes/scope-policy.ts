import { InvalidScope } from '../../../protocol/oauth-error.js';
import { holderOf, mayHold, parseScope } from '../../../protocol/scopes.js';
import type { Client } from '../../clients/index.js';

/**
 * The scopes that a request asks of a client: all within its registration, or the client's default. Too wide a
 * request is refused and never narrowed in silence. RFC 6749 §3.3.
 * @throws InvalidScope
 */
export function requestedScope(client: Client, scope: string | undefined): readonly string[] {
  if (scope === undefined) {
    if (client.defaultScope.length === 0)
      throw new InvalidScope('The client has no default scope: name one.');
    return client.defaultScope;
  }
  const requested = parseScope(scope);
  if (!requested.every((name) => client.scope.includes(name))) throw exceeded();
  return requested;
}

/** @throws InvalidScope when a scope is beyond what the person may hold */
export function refuseBeyondRoles(scope: readonly string[], roles: readonly string[]): void {
  if (!scope.every((name) => mayHold(name, roles))) throw exceeded();
}

/** What a client may hold when it acts for itself: nothing that is a person's. */
export function ownScopesOf(client: Client): readonly string[] {
  return client.scope.filter((name) => holderOf(name) === 'anyone');
}

/** @throws InvalidScope when the scope asked for is a person's, or beyond the registration */
export function requestedOwnScope(client: Client, scope: string | undefined): readonly string[] {
  const own = ownScopesOf(client);
  const requested =
    scope === undefined ? client.defaultScope.filter((name) => own.includes(name)) : parseScope(scope);
  if (requested.length === 0 || !requested.every((name) => own.includes(name))) throw exceeded();
  return requested;
}

/**
 * The scopes of a refreshed access token: what is asked for, or all, of what the grant has and client and person may
 * still hold. The grant itself keeps its scope. RFC 6749 §6.
 * @throws InvalidScope when more is asked for than that
 */
export function refreshedScope(
  granted: readonly string[],
  client: Client,
  roles: readonly string[],
  scope: string | undefined,
): readonly string[] {
  const available = granted.filter((name) => client.scope.includes(name) && mayHold(name, roles));
  const requested = scope === undefined ? available : parseScope(scope);
  if (requested.length === 0 || !requested.every((name) => available.includes(name))) throw exceeded();
  return requested;
}

function exceeded(): InvalidScope {
  return new InvalidScope('The requested scope is unknown, or exceeds what this client and person may have.');
}
