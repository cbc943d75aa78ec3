/** One way to keep a password: what its hashes look like, and how a password is compared with one. */
export interface PasswordScheme {
  /** Whether a stored hash is of this scheme, told by its prefix alone. */
  matches(hash: string): boolean;

  /**
   * Compares a normalised password with a hash that checkImport has nothing against; any other hash matches
   * no password.
   */
  verify(hash: string, password: string): Promise<boolean>;

  /**
   * Says in plain English why a hash that was made elsewhere must not be taken over, or `undefined` when it
   * may be: it is malformed, or checking it would cost more time or memory than one sign-in is allowed to.
   * Never repeats the hash.
   */
  checkImport(hash: string): string | undefined;
}
