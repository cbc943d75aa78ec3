import type { ResourceOwner } from '../../protocol/resource-owner.js';
import type { UserAttributes } from '../../protocol/user-attributes.js';

/** A person who may sign in. */
export interface User {
  /** The subject of tokens. A UUID, never used again. */
  id: string;
  /** As it was chosen, in NFC; people are found by its canonical form. */
  username: string;
  name: string | null;
  email: string | null;
  emailVerified: boolean;
  roles: readonly string[];
  /** Whatever else is known of the person, for clients and upstreams that are configured to learn it. */
  attributes: UserAttributes;
  status: 'active' | 'disabled';
  /** A PHC or modular crypt string; null for a person who cannot sign in with a password. */
  passwordHash: string | null;
  credentialsVersion: string;
  createdAt: Date;
  updatedAt: Date;
}

/** A user as whoever issues tokens may know one: without status and password. */
export function resourceOwnerOf(user: User): ResourceOwner {
  return {
    sub: user.id,
    username: user.username,
    name: user.name,
    email: user.email,
    email_verified: user.emailVerified,
    roles: user.roles,
    attributes: user.attributes,
    updated_at: Math.floor(user.updatedAt.getTime() / 1000),
    credentials_version: user.credentialsVersion,
  };
}
