/** Brings the grants of users to what the directory says of them now. Bound in the composition root. */
export abstract class ChangedUsers {
  /** After a change that was made: all grants of a user end whom the directory cannot describe now. */
  abstract review(sub: string): Promise<void>;

  /**
   * After a request whose outcome is unknown: at most one review a second of each user.
   * @throws Overloaded when the directory cannot be asked
   */
  abstract reviewIfPossible(sub: string): Promise<void>;
}
