import type { ResourceOwner, SignedInOwner } from '../../protocol/resource-owner.js';

/** Where a sign-in comes from. */
export interface SignInContext {
  clientId: string;
  ip: string;
  userAgent: string | null;
  /** Aborted when the client disconnects: the sign-in then stops waiting. */
  disconnection: AbortSignal;
}

/** Port to the users: those of this process, or of another server. app.ports.ts binds it. */
export abstract class Directory {
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
   * @param disconnection of the incoming request
   */
  abstract describe(sub: string, disconnection?: AbortSignal): Promise<ResourceOwner | undefined>;
}
