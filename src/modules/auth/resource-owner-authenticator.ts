import type { ResourceOwner, SignedInOwner } from '../../protocol/resource-owner.js';

/** Where a sign-in comes from. */
export interface SignInContext {
  clientId: string;
  ip: string;
  userAgent: string | null;
}

/** Whoever knows people: this process's own directory, or another server. Bound in the composition root. */
export abstract class ResourceOwnerAuthenticator {
  /**
   * Checks a username and a password; undefined is the one refusal, whatever its reason.
   * @throws Overloaded when nothing can be said now
   */
  abstract authenticate(
    username: string,
    password: string,
    context: SignInContext,
  ): Promise<SignedInOwner | undefined>;

  /** The person as of now; undefined when gone or disabled. */
  abstract describe(sub: string): Promise<ResourceOwner | undefined>;
}
