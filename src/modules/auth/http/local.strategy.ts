import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import passport from 'passport';
import { Strategy } from 'passport-local';
import type { SignedInOwner } from '../../../protocol/resource-owner.js';
import { Directory, type SignInContext } from '../../directory/index.js';

/** What the strategy reads: a request of the password grant, cut down to what it is about. */
export interface LocalRequest {
  body: { username: string; password: string };
  context: SignInContext;
}

/**
 * Passport's local strategy over the directory of people. Another strategy (LDAP, say) may take its place: whatever
 * authenticates from `body.username` and `body.password` fits.
 */
@Injectable()
export class LocalStrategy extends PassportStrategy(Strategy, 'local') {
  /** Passport of this application; the library's own is one for the whole process. */
  declare private authenticator: passport.Authenticator | undefined;

  constructor(private readonly directory: Directory) {
    super({ passReqToCallback: true });
  }

  /** @returns false for Passport's "fail" */
  async validate(request: LocalRequest, username: string, password: string): Promise<SignedInOwner | false> {
    return (await this.directory.authenticate(username, password, request.context)) ?? false;
  }

  /** Called by the base class while it is constructed, to register the strategy. */
  getPassportInstance(): passport.Authenticator {
    this.authenticator ??= new passport.Passport();
    return this.authenticator;
  }
}
