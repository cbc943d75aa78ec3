import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import passport from 'passport';
import { Strategy } from 'passport-local';
import type { SignedInOwner } from '../../../protocol/resource-owner.js';
import { type Credentials, Directory, type NotSignedIn, type SignInContext } from '../../directory/index.js';

/** What the strategy reads of a request of the password grant. */
export interface LocalRequest {
  body: Credentials;
  context: SignInContext;
}

/** The `info` with which the strategy fails. */
export class StrategyFailure {
  constructor(readonly outcome: NotSignedIn) {}
}

/**
 * Passport's local strategy, which asks the directory. Another strategy (LDAP, say) may replace it, if it authenticates
 * from `body.username` and `body.password`.
 */
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  /** Passport of this application; the library's own is one for the whole process. */
  declare private authenticator: passport.Authenticator | undefined;

  constructor(private readonly directory: Directory) {
    super({ passReqToCallback: true });
  }

  /** @returns the user, or `false` and the `info` for Passport's "fail" */
  async validate(
    { context }: LocalRequest,
    username: string,
    password: string,
  ): Promise<SignedInOwner | [false, StrategyFailure]> {
    const outcome = await this.directory.authenticate({ username, password }, context);
    return outcome.outcome === 'signed_in' ? outcome.owner : [false, new StrategyFailure(outcome)];
  }

  /** Called by the base class while it is constructed, to register the strategy. */
  getPassportInstance(): passport.Authenticator {
    this.authenticator ??= new passport.Passport();
    return this.authenticator;
  }
}
