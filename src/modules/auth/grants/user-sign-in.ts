import type { Credentials, SignInContext, SignInOutcome } from '../../directory/index.js';

/** How the password grant has credentials checked: by the Passport strategy of this module. */
export abstract class UserSignIn {
  abstract signIn(credentials: Credentials, context: SignInContext): Promise<SignInOutcome>;
}
