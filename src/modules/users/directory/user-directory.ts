import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/clock/clock.js';
import { timeOrderedId } from '../../../platform/crypto/random.js';
import type { UserAttributes } from '../../../protocol/user-attributes.js';
import { Conflict, InvalidInput, NotFound } from '../../../protocol/problem.js';
import { HashImport } from '../passwords/hash-import.js';
import { PasswordHasher } from '../passwords/password-hasher.js';
import { PasswordPolicy } from '../passwords/password-policy.js';
import { UnusableHash } from '../passwords/schemes/password-scheme.js';
import { UserTokenRevocation } from '../user-token-revocation.js';
import { canonicalUsername } from '../usernames/canonical-username.js';
import { checkNewUsername } from '../usernames/new-username.js';
import type { User } from '../user.js';
import {
  type NewPassword,
  type UserChange,
  type UserFilter,
  UserStore,
  type WriteOutcome,
} from '../user-store.js';

export interface NewUser {
  username: string;
  /** A password, or a hash from elsewhere, or neither for someone who does not sign in with one. */
  password?: string;
  passwordHash?: string;
  name?: string | null;
  email?: string | null;
  emailVerified?: boolean;
  roles?: readonly string[];
  attributes?: UserAttributes;
  status?: 'active' | 'disabled';
}

/** People, as administrators see and change them. */
@Injectable()
export class UserDirectory {
  constructor(
    private readonly store: UserStore,
    private readonly hasher: PasswordHasher,
    private readonly imports: HashImport,
    private readonly passwords: PasswordPolicy,
    private readonly tokens: UserTokenRevocation,
    private readonly clock: Clock,
  ) {}

  /** @throws InvalidInput, Conflict when the username is taken, Disconnected */
  async create(person: NewUser, disconnection?: AbortSignal): Promise<User> {
    const username = person.username.normalize('NFC');
    const mistake = checkNewUsername(username);
    if (mistake !== undefined) throw InvalidInput.member('username', mistake);
    const now = this.clock.now();
    const user: User = {
      id: timeOrderedId(now),
      username,
      name: person.name ?? null,
      email: person.email ?? null,
      emailVerified: person.emailVerified ?? false,
      roles: person.roles ?? [],
      attributes: person.attributes ?? {},
      status: person.status ?? 'active',
      passwordHash: await this.firstHash(person, disconnection),
      credentialsVersion: randomUUID(),
      createdAt: now,
      updatedAt: now,
    };
    await this.store.add(user, canonicalUsername(username));
    return user;
  }

  /**
   * Whether another username differs from this one in the dots of i alone (ı and i of Azerbaijani and Turkish). Capital
   * letters of these languages may then lead to the other user, or to neither.
   */
  async hasDottedTwin({ username }: User): Promise<boolean> {
    return (await this.store.findAlike(canonicalUsername(username))).length > 1;
  }

  /** @throws NotFound */
  async get(id: string): Promise<User> {
    const user = await this.store.findById(id);
    if (user === undefined) throw new NotFound('user');
    return user;
  }

  /** Usernames, names and addresses are compared in their canonical form, so in any case. */
  async list(
    { username, email, prefix, ...filter }: UserFilter,
    before: string | undefined,
    limit: number,
  ): Promise<User[]> {
    const texts = {
      username: canonicalOf(username),
      email: canonicalOf(email),
      prefix: canonicalOf(prefix),
    };
    return this.store.list({ ...filter, ...texts }, before, limit);
  }

  async isEmpty(): Promise<boolean> {
    return this.store.isEmpty();
  }

  /**
   * Changes what is named. Disabling a person or resetting the password ends the person's tokens; a lost role leaves
   * them. All of that after the change is stored, so that a sign-in racing with it is ended here or sees it itself.
   * @throws InvalidInput, NotFound, Conflict when no active administrator would be left, Disconnected before any change
   */
  async change(
    id: string,
    change: UserChange & { password?: string },
    disconnection?: AbortSignal,
  ): Promise<User> {
    const { password, ...members } = change;
    const before = await this.get(id);
    // The new name and address count, and so do those that users and attackers still know.
    const personal = [...personalTexts(before), change.name ?? null, change.email ?? null];
    const replaced =
      password === undefined ? undefined : await this.newPassword(password, personal, { disconnection });
    const outcome = await this.store.change(id, { ...members, password: replaced }, this.clock.now());
    refuse(outcome);
    const after = await this.get(id);
    if (after.status === 'disabled') await this.tokens.end(id, 'person_disabled');
    else if (replaced !== undefined) await this.tokens.end(id, 'credentials_changed');
    if (change.roles !== undefined) await this.tokens.narrow(id, after.roles);
    return after;
  }

  /** @throws NotFound, Conflict when no active administrator would be left */
  async remove(id: string): Promise<void> {
    const outcome = await this.store.remove(id);
    // Where nobody is there, too: an earlier attempt may have deleted the person and not got to the tokens.
    if (outcome !== 'last_administrator') await this.tokens.end(id, 'person_disabled');
    refuse(outcome);
  }

  /**
   * Checks a new password and hashes it.
   * @param personal the user's username, name and e-mail address
   * @param member the member of the request that a mistake is reported for
   * @throws InvalidInput, HashingQueueFull, Disconnected
   */
  async newPassword(
    password: string,
    personal: readonly (string | null)[],
    { member = 'password', disconnection }: { member?: string; disconnection?: AbortSignal | undefined } = {},
  ): Promise<NewPassword> {
    const mistake = await this.passwords.objectionTo(password, personal);
    if (mistake !== undefined) throw InvalidInput.member(member, mistake);
    const hash = await this.hasher.hash(password, disconnection);
    // The client may have disconnected during hashing. A user who does not learn of the new password would keep using
    // the old one.
    disconnection?.throwIfAborted();
    return { hash, credentialsVersion: randomUUID() };
  }

  private async firstHash(
    { password, passwordHash, ...person }: NewUser,
    disconnection: AbortSignal | undefined,
  ): Promise<string | null> {
    if (password !== undefined && passwordHash !== undefined) {
      throw InvalidInput.member('password_hash', 'cannot stand beside password');
    }
    if (password !== undefined) {
      return (await this.newPassword(password, personalTexts(person), { disconnection })).hash;
    }
    if (passwordHash === undefined) return null;
    try {
      const imported = await this.imports.read(passwordHash, disconnection);
      disconnection?.throwIfAborted();
      return imported;
    } catch (error) {
      if (error instanceof UnusableHash) throw InvalidInput.member('password_hash', error.message);
      throw error;
    }
  }
}

/** The words that a password of this user must not be made of. */
export function personalTexts({
  username,
  name,
  email,
}: Pick<NewUser, 'username' | 'name' | 'email'>): (string | null)[] {
  return [username, name ?? null, email ?? null];
}

function canonicalOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : canonicalUsername(text);
}

function refuse(outcome: WriteOutcome): void {
  if (outcome === 'absent') throw new NotFound('user');
  if (outcome === 'last_administrator') {
    throw new Conflict('This is the last active administrator; make another one first.');
  }
}
