/** Ends and narrows the tokens of a user who changes. Bound in the composition root. */
export abstract class UserTokenRevocation {
  /** Ends every token of the user, at once. */
  abstract end(sub: string, reason: 'person_disabled' | 'credentials_changed'): Promise<void>;

  /** Removes the scopes from the live tokens of the user that these roles do not carry. */
  abstract narrow(sub: string, roles: readonly string[]): Promise<void>;
}
