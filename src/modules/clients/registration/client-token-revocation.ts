/**
 * Which grants of a client end: all; those of users; those of users that can be refreshed; or the one of the client itself
 * (`client_credentials`).
 */
export type EndedGrants = 'all' | 'users' | 'refreshable' | 'own';

/** What becomes of a client's tokens when the client changes. Bound in the composition root. */
export abstract class ClientTokenRevocation {
  /** Ends grants of the client with all their tokens, at once. */
  abstract end(
    clientId: string,
    grants: EndedGrants,
    reason: 'client_disabled' | 'client_changed' | 'client_secret_replaced',
  ): Promise<void>;

  /** Takes scopes outside `scope` away from the client's live tokens. */
  abstract narrow(clientId: string, scope: readonly string[]): Promise<void>;
}
