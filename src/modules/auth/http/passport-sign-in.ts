import { Injectable } from '@nestjs/common';
import type { SignedInOwner } from '../../../protocol/resource-owner.js';
import type { Credentials, SignInContext, SignInOutcome } from '../../directory/index.js';
import { UserSignIn } from '../grants/user-sign-in.js';
import { type LocalRequest, LocalStrategy, StrategyFailure } from './local.strategy.js';

/**
 * Runs the local strategy for the password grant. It is no Nest guard, because a guard responds with 401 instead of the
 * 400 of RFC 6749 §5.2, and runs before the client is authenticated.
 */
@Injectable()
export class PassportSignIn extends UserSignIn {
  constructor(private readonly strategy: LocalStrategy) {
    super();
  }

  signIn(credentials: Credentials, context: SignInContext): Promise<SignInOutcome> {
    const request: LocalRequest = { body: credentials, context };
    return new Promise((resolve, reject) => {
      const done = (error: unknown, owner: SignedInOwner | false | null, info: unknown): void => {
        if (error) reject(error instanceof Error ? error : new Error('the strategy failed'));
        else resolve(owner ? { outcome: 'signed_in', owner } : outcomeOf(info));
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

/** The outcome of a strategy that failed: one from outside of this project has no reason of ours. */
function outcomeOf(info: unknown): SignInOutcome {
  return info instanceof StrategyFailure
    ? info.outcome
    : { outcome: 'refused', reason: 'refused_by_directory' };
}
