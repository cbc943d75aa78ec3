import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { UUID } from '../../../protocol/characters.js';
import { isPossibleUsername } from '../../../protocol/credentials.js';
import type { ResourceOwner, SignedInOwner } from '../../../protocol/resource-owner.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { canonicalUsername } from '../usernames/canonical-username.js';
import { dotlessUsername } from '../usernames/dotless-username.js';
import { type User, resourceOwnerOf } from '../user.js';
import { UserStore } from '../user-store.js';

/** Checks a username and a password, and says who a person is. */
@Injectable()
export class PasswordSignIn {
  constructor(
    private readonly users: UserStore,
    private readonly hasher: PasswordHasher,
    private readonly clock: Clock,
  ) {}

  /**
   * The same for unknown, disabled and known people: one look-up, one verification, and a refusal equally late. The
   * hash of a person who signs in is brought up to today's parameters, which also moves imported hashes to argon2id.
   * @returns undefined when the person may not sign in with these, whatever the reason
   * @throws HashingQueueFull, Disconnected
   */
  async authenticate(
    username: string,
    password: string,
    { disconnection }: { disconnection: AbortSignal },
  ): Promise<SignedInOwner | undefined> {
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
    if (user === undefined || !matches) return undefined;
    if (outdated) await this.upgrade(user, password, disconnection);
    return { ...resourceOwnerOf(user), auth_time: this.clock.seconds(), amr: ['pwd'] };
  }

  /** The person as of now; undefined when gone or disabled. */
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
