import type { SignedInOwner } from '../../../protocol/resource-owner.js';
import type { SignInContext } from '../../directory/index.js';

/** How the password grant has a person's credentials checked: by the Passport strategy of this module. */
export abstract class ResourceOwnerSignIn {
  /** @returns undefined when the credentials are refused */
  abstract signIn(
    credentials: { username: string; password: string },
    context: SignInContext,
  ): Promise<SignedInOwner | undefined>;
}
