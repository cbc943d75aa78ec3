import type { UserDetails } from '../../../protocol/user-details.js';
import type { Grant, NewGrant } from '../grants/grant.js';
import type { RefreshTokenState } from '../grants/refresh-token-state.js';

/** A row of `grants`, with the names of its columns. */
export interface GrantRow {
  id: string;
  subject: string;
  client_id: string;
  scope: string[];
  auth_time: Date;
  amr: string[];
  credentials_version: string | null;
  details: UserDetails;
  ip: string | null;
  user_agent: string | null;
  username: string | null;
  created_at: Date;
  last_used_at: Date;
  expires_at: Date;
}

/** A refresh token with its grant, and the network that its rotation came from. */
export interface RefreshTokenRow extends GrantRow {
  ended_at: Date | null;
  token_expires_at: Date;
  used_at: Date | null;
  rotation_network: string | null;
}

const COLUMNS = [
  'id',
  'subject',
  'client_id',
  'scope',
  'auth_time',
  'amr',
  'credentials_version',
  'details',
  'ip',
  'user_agent',
  'created_at',
  'last_used_at',
  'expires_at',
  'username',
] as const satisfies (keyof GrantRow)[];

export const GRANT_COLUMNS = COLUMNS.join(', ');

/** The same where `g` stands for the table. */
export const GRANT_COLUMNS_OF_G = COLUMNS.map((name) => `g.${name}`).join(', ');

/** Takes what `grantValues` gives. */
export const INSERT_GRANT = `INSERT INTO grants (${GRANT_COLUMNS})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13)`;

/** The parameters of INSERT_GRANT. */
export function grantValues(grant: NewGrant): unknown[] {
  return [
    grant.id,
    grant.subject,
    grant.clientId,
    grant.scope,
    grant.authTime,
    grant.amr,
    grant.credentialsVersion,
    grant.details,
    grant.ip,
    grant.userAgent,
    grant.createdAt,
    grant.expiresAt,
    grant.username,
  ];
}

export function grantOf(row: GrantRow): Grant {
  return {
    id: row.id,
    subject: row.subject,
    clientId: row.client_id,
    username: row.username,
    scope: row.scope,
    authTime: row.auth_time,
    amr: row.amr,
    credentialsVersion: row.credentials_version,
    details: row.details,
    ip: row.ip,
    userAgent: row.user_agent,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  };
}

export function refreshTokenStateOf(row: RefreshTokenRow): RefreshTokenState {
  return {
    grant: grantOf(row),
    grantEnded: row.ended_at !== null,
    expiresAt: row.token_expires_at,
    used: row.used_at === null ? undefined : { rotationNetwork: row.rotation_network },
  };
}
