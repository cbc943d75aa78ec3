import type { UserAttributes } from './user-attributes.js';
import type { UserDetails } from './user-details.js';

/** A person, as the side that issues tokens sees one: OpenID Connect claim names (OpenID Connect Core §5.1). */
export interface ResourceOwner {
  /** Never used again and never a client_id: a UUID, or text with a character that no client_id has. */
  sub: string;
  username: string;
  name: string | null;
  email: string | null;
  email_verified: boolean;
  roles: readonly string[];
  attributes: UserAttributes;
  /** Seconds since 1970. */
  updated_at: number;
  /**
   * Changes with the password: a grant made under another version is no longer good. Null where the directory does
   * not say.
   */
  credentials_version: string | null;
}

/** A person who has just signed in. */
export interface SignedInOwner extends ResourceOwner {
  /** Seconds since 1970. */
  auth_time: number;
  /** How: RFC 8176. */
  amr: readonly string[];
}

/** A person's details by claim names; what has no value is left out. OpenID Connect Core §5.3.2. */
export function userDetailsOf(owner: ResourceOwner): UserDetails {
  return {
    preferred_username: owner.username,
    ...(owner.name === null ? {} : { name: owner.name }),
    ...(owner.email === null ? {} : { email: owner.email, email_verified: owner.email_verified }),
    roles: owner.roles,
    attributes: owner.attributes,
  };
}
