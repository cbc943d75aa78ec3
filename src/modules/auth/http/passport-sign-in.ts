import { Injectable } from '@nestjs/common';
import type { SignedInOwner } from '../../../protocol/resource-owner.js';
import type { SignInContext } from '../../directory/index.js';
import { ResourceOwnerSignIn } from '../grants/resource-owner-sign-in.js';
import { type LocalRequest, LocalStrategy } from './local.strategy.js';

/**
 * Runs the local strategy for the password grant. Not as a Nest guard: a guard would answer 401 where RFC 6749 §5.2
 * wants 400, and would run before the client is authenticated and known to have the grant.
 */
@Injectable()
export class PassportSignIn extends ResourceOwnerSignIn {
  constructor(private readonly strategy: LocalStrategy) {
    super();
  }

  signIn(
    credentials: { username: string; password: string },
    context: SignInContext,
  ): Promise<SignedInOwner | undefined> {
    const request: LocalRequest = { body: credentials, context };
    return new Promise((resolve, reject) => {
      const done = (error: unknown, owner: SignedInOwner | false | null): void => {
        if (error) reject(error instanceof Error ? error : new Error('the strategy failed'));
        else resolve(owner || undefined);
      };
      const middleware = this.strategy
        .getPassportInstance()
        .authenticate('local', { session: false }, done) as (
        request: LocalRequest,
        response: object,
        next: (error?: unknown) => void,
      ) => void;
      middleware(request, {}, reject);
    });
  }
}
