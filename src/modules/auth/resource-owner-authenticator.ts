import type { ResourceOwner, SignedInOwner } from '../../protocol/resource-owner.js';

/** Where a sign-in comes from. */
export interface SignInContext {
  clientId: string;
  ip: string;
  userAgent: string | null;
  /** Aborted when the caller disconnects: the sign-in then stops waiting. */
  disconnection: AbortSignal;
}

/** Whoever knows people: this process's own directory, or another server. Bound in the composition root. */
export abstract class ResourceOwnerAuthenticator {
  /**
   * Checks a username and a password; undefined is the one refusal, whatever its reason.
   * @throws Overloaded when the password cannot be checked now, Disconnected
   */
  abstract authenticate(
    username: string,
    password: string,
    context: SignInContext,
  ): Promise<SignedInOwner | undefined>;

  /**
   * The user as of now; undefined when gone or disabled.
   * @param disconnection of the request that asks
   */
  abstract describe(sub: string, disconnection?: AbortSignal): Promise<ResourceOwner | undefined>;
}
