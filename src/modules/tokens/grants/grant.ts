import type { UserDetails } from '../../../protocol/user-details.js';

/**
 * One sign-in of one person at one client: what people and administrators see as a session and end. A client's own
 * tokens (`client_credentials`) hang on a grant of the client, whose subject is the client itself.
 */
export interface Grant {
  id: string;
  subject: string;
  clientId: string;
  /** The user's username as of the sign-in, for administrators only. Null for a client's own grant and for older ones. */
  username: string | null;
  scope: readonly string[];
  /** When and how the person signed in. RFC 9068 §2.2.1. */
  authTime: Date;
  amr: readonly string[];
  /** Version of the password that was checked: a grant does not outlive it. Null for a client's own grant. */
  credentialsVersion: string | null;
  /** What the client is configured to have of the person, as of the sign-in or the latest refresh. */
  details: UserDetails;
  ip: string | null;
  userAgent: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  /** The absolute end, however often it is refreshed. */
  expiresAt: Date;
}

/** Grants of a client: all, those of users, those of users that have a refresh token, its own. */
export type GrantsOfClient = 'all' | 'users' | 'refreshable' | 'own';

export type NewGrant = Omit<Grant, 'lastUsedAt'>;

/** Why a grant ended, for the session's history. */
export type GrantEnd =
  | 'revoked'
  | 'session_ended'
  | 'reuse'
  | 'person_disabled'
  | 'credentials_changed'
  /** The directory changed the user and was then unavailable. */
  | 'user_changed'
  | 'client_disabled'
  /** The client lost the grant type that the grant rests on. */
  | 'client_changed'
  | 'client_secret_replaced'
  /** The person or the client changed while it was begun. */
  | 'overtaken'
  /** The caller disconnected before it received the tokens. */
  | 'undelivered';

/** A page of grants, newest first. `before` is the id of the last one of the page before. */
export interface GrantPage {
  subject?: string;
  clientId?: string;
  before?: string;
  limit: number;
}
