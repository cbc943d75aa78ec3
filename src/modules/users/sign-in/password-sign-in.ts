import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { UUID } from '../../../protocol/characters.js';
import { isPossibleUsername } from '../../../protocol/credentials.js';
import type { ResourceOwner } from '../../../protocol/resource-owner.js';
import {
  type Credentials,
  Directory,
  type SignInContext,
  type SignInOutcome,
  type SignInRefusalReason,
} from '../../directory/index.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { canonicalUsername } from '../usernames/canonical-username.js';
import { dotlessUsername } from '../usernames/dotless-username.js';
import { type User, resourceOwnerOf } from '../user.js';
import { UserStore } from '../user-store.js';

/** The directory of this process: its users, and their passwords. */
@Injectable()
export class PasswordSignIn extends Directory {
  constructor(
    private readonly users: UserStore,
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
  ) {
    super();
  }

  /**
   * Every refusal costs one look-up and one verification, and takes the same time. The hash of a user who signs in is
   * replaced when it is outdated, so imported hashes become argon2id.
   * @throws HashingQueueFull, Disconnected
   */
  async authenticate(
    { username, password }: Credentials,
    { disconnection }: SignInContext,
  ): Promise<SignInOutcome> {
    const began = performance.now();
    const isPossible = isPossibleUsername(username) && username.trim() === username;
    // An invalid name is looked up as well, so that it takes as long as any other.
    const name = isPossible ? canonicalUsername(username) : '';
    const user = await this.find(name, disconnection);
    const { matches, outdated } = await this.hasher.verify({
      name: dotlessUsername(name),
      hash: user?.passwordHash ?? null,
      password,
      mayMatch: user?.status === 'active',
      began,
      signal: disconnection,
    });
    if (user === undefined || !matches) return { outcome: 'refused', reason: reasonOf(user) };
    if (outdated) await this.upgrade(user, password, disconnection);
    const owner = { ...resourceOwnerOf(user), auth_time: this.clock.seconds(), amr: ['pwd'] };
    return { outcome: 'signed_in', owner };
  }

  async describe(sub: string, disconnection?: AbortSignal): Promise<ResourceOwner | undefined> {
    const user = UUID.test(sub) ? await this.users.findById(sub, disconnection) : undefined;
    return user?.status === 'active' ? resourceOwnerOf(user) : undefined;
  }

  private async find(canonical: string, disconnection: AbortSignal): Promise<User | undefined> {
    const [first, second] = await this.users.findAlike(canonical, disconnection);
    // A keyboard or a capital letter of another language changes the dots of i. Without an exact match the user is meant
    // whose name is the only one like it.
    return first?.canonicalUsername === canonical || second === undefined ? first?.user : undefined;
  }

  private async upgrade(user: User, password: string, disconnection: AbortSignal): Promise<void> {
    await this.users.upgradeHash(
      user.id,
      user.passwordHash!,
      await this.hasher.hash(password, disconnection),
    );
  }
}

/** Why the hasher refused: it reports a disabled user, a missing hash and a wrong password alike. */
function reasonOf(user: User | undefined): SignInRefusalReason {
  if (user === undefined) return 'unknown_user';
  if (user.status !== 'active') return 'disabled';
  return user.passwordHash === null ? 'no_password' : 'wrong_password';
}
