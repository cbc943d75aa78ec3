/** What becomes of a client's tokens when the client changes. Bound in the composition root. */
export abstract class ClientTokens {
  /** Ends every token of the client, at once. */
  abstract end(clientId: string): Promise<void>;

  /** Takes scopes outside `scope` away from the client's live tokens. */
  abstract narrow(clientId: string, scope: readonly string[]): Promise<void>;
}
