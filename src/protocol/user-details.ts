import type { UserAttributes } from './user-attributes.js';

/** What is known of a person beside the subject, by OpenID Connect claim names (OpenID Connect Core §5.1). */
export interface UserDetails {
  preferred_username?: string;
  name?: string;
  email?: string;
  email_verified?: boolean;
  /** RFC 9068 §2.2.3.1. */
  roles?: readonly string[];
  /** Whatever else the directory knows; in an object of its own, so that no name can pass for a claim. */
  attributes?: UserAttributes;
}

/** Names of user details, as a client is configured with them. */
export const USER_DETAILS = [
  'preferred_username',
  'name',
  'email',
  'email_verified',
  'roles',
  'attributes',
] as const satisfies readonly (keyof UserDetails)[];
export type UserDetailName = (typeof USER_DETAILS)[number];
