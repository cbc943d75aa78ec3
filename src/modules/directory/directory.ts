import type { ResourceOwner } from '../../protocol/resource-owner.js';
import type { SignInOutcome } from './sign-in-outcome.js';

export interface Credentials {
  username: string;
  password: string;
}

/** Where a sign-in comes from. */
export interface SignInContext {
  clientId: string;
  /** Address of the client; null if another server asks and does not name it. */
  ip: string | null;
  userAgent: string | null;
  /** The request's id in the log. */
  requestId: string;
  /** Aborted when the client disconnects: the sign-in then stops waiting. */
  disconnection: AbortSignal;
}

/** Port to the users: those of this process, or of another server. app.ports.ts binds it. */
export abstract class Directory {
  /**
   * Checks a username and a password. All refusals take the same work and the same time.
   * @throws Overloaded, Throttled when the password cannot be checked now, Disconnected
   */
  abstract authenticate(credentials: Credentials, context: SignInContext): Promise<SignInOutcome>;

  /**
   * The user as of now; undefined when gone or disabled.
   * @param disconnection of the incoming request
   */
  abstract describe(sub: string, disconnection?: AbortSignal): Promise<ResourceOwner | undefined>;
}
