/** What becomes of a person's tokens when the person changes. Bound in the composition root. */
export abstract class PersonTokens {
  /** Ends every token of the person, at once. */
  abstract end(sub: string, reason: 'person_disabled' | 'credentials_changed'): Promise<void>;

  /** Takes away from the person's live tokens what these roles do not carry. */
  abstract narrow(sub: string, roles: readonly string[]): Promise<void>;
}
