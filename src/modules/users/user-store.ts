import type { User } from './user.js';

/** The members of a user that can be written, but for the password. */
export type UserChange = Partial<
  Pick<User, 'name' | 'email' | 'emailVerified' | 'roles' | 'attributes' | 'status'>
>;

export interface NewPassword {
  hash: string;
  credentialsVersion: string;
}

/** What decides whether a user may act at this moment. */
export type Standing = Pick<User, 'status' | 'roles'>;

/** Users whose password hashes have the same scheme and parameters. */
export interface PasswordHashKind {
  /** The hash of one of them. */
  sample: string;
  /** Their share of all users with a hash: 0 to 1. */
  share: number;
}

/** What a write met: it was done, there is no such user, or no active administrator would be left. */
export type WriteOutcome = 'done' | 'absent' | 'last_administrator';

/** Which users a list has: those that meet every condition that is given. Texts are canonical (see canonicalUsername). */
export interface UserFilter {
  username?: string;
  email?: string;
  /** What the username, the name or the e-mail address begins with. */
  prefix?: string;
  status?: User['status'];
  role?: string;
}

export interface NamedUser {
  user: User;
  canonicalUsername: string;
}

/** Where people are kept. */
export abstract class UserStore {
  abstract findById(id: string, disconnection?: AbortSignal): Promise<User | undefined>;

  /** Asked for every request of a user behind a gateway. */
  abstract findStanding(id: string, disconnection?: AbortSignal): Promise<Standing | undefined>;

  /**
   * At most two users whose canonical usernames differ from this one in the dots of i at most, an exact match first. One
   * look-up, whatever the name is.
   */
  abstract findAlike(canonical: string, disconnection?: AbortSignal): Promise<NamedUser[]>;

  abstract isEmpty(): Promise<boolean>;

  /** @throws Conflict when the canonical username is taken */
  abstract add(user: User, canonicalUsername: string): Promise<void>;

  /** Writes what is named and leaves the rest, unless that leaves no active administrator. */
  abstract change(
    id: string,
    change: UserChange & { password?: NewPassword },
    now: Date,
  ): Promise<WriteOutcome>;

  /** Replaces a hash by one of the same password, unless the password was changed meanwhile. */
  abstract upgradeHash(id: string, from: string, to: string): Promise<void>;

  /** Replaces the password if it is still the one that was checked; false when it is not. */
  abstract replacePassword(id: string, checked: string, password: NewPassword, now: Date): Promise<boolean>;

  /** The kinds of password hashes that users have, by the notation's parameters. */
  abstract passwordHashKinds(): Promise<PasswordHashKind[]>;

  abstract remove(id: string): Promise<WriteOutcome>;

  /** Newest first, before the id of the last one of the page before. */
  abstract list(filter: UserFilter, before: string | undefined, limit: number): Promise<User[]>;
}
