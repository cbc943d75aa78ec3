import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { InvalidInput } from '../../../protocol/problem.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { UserTokenRevocation } from '../user-token-revocation.js';
import { canonicalUsername } from '../usernames/canonical-username.js';
import { dotlessUsername } from '../usernames/dotless-username.js';
import { UserStore } from '../user-store.js';
import { UserDirectory, personalTexts } from './user-directory.js';

/** Changes the password of a user who knows the current one. */
@Injectable()
export class PasswordChange {
  constructor(
    private readonly store: UserStore,
    private readonly directory: UserDirectory,
    private readonly hasher: PasswordHasher,
    private readonly tokens: UserTokenRevocation,
    private readonly clock: Clock,
  ) {}

  /**
   * Changes the password and ends all tokens of the user, including the one of the request. OWASP ASVS 6.2.3, 7.4.3.
   * @throws InvalidInput when the current password is wrong or the new one is refused, HashingQueueFull, Disconnected
   */
  async change(sub: string, current: string, next: string, disconnection: AbortSignal): Promise<void> {
    const began = performance.now();
    const user = await this.directory.get(sub);
    const { matches } = await this.hasher.verify({
      name: dotlessUsername(canonicalUsername(user.username)),
      hash: user.passwordHash,
      password: current,
      began,
      signal: disconnection,
    });
    if (!matches) throw InvalidInput.member('current_password', 'is not the current password');
    const password = await this.directory.newPassword(next, personalTexts(user), {
      member: 'new_password',
      disconnection,
    });
    const replaced = await this.store.replacePassword(sub, user.passwordHash!, password, this.clock.now());
    if (!replaced) throw InvalidInput.member('current_password', 'is not the current password');
    await this.tokens.end(sub, 'credentials_changed');
  }
}
