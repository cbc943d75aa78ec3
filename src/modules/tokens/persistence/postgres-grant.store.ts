import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import type { Grant, GrantEnd, GrantPage, GrantsOfClient, NewGrant } from '../grants/grant.js';
import { GrantStore } from '../grants/grant-store.js';
import type { NewRefreshToken } from '../grants/refresh-token-state.js';
import { BATCH, deleteInBatches } from './delete-in-batches.js';
import { GRANT_COLUMNS, type GrantRow, INSERT_GRANT, grantOf, grantValues } from './grant-rows.js';

/** The Max UUID. RFC 9562 §5.10. */
const GREATEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Which grants of a client are meant. */
const AND_AMONG: Readonly<Record<GrantsOfClient, string>> = {
  all: '',
  users: 'AND subject <> client_id',
  refreshable: `AND subject <> client_id
    AND EXISTS (SELECT 1 FROM refresh_tokens WHERE refresh_tokens.grant_id = grants.id)`,
  own: 'AND subject = client_id',
};

/** Grants as prepared statements: each method is one statement, so each is a transaction of its own. */
@Injectable()
export class PostgresGrantStore extends GrantStore {
  constructor(private readonly database: Database) {
    super();
  }

  async begin(grant: NewGrant, refreshToken: NewRefreshToken | undefined): Promise<void> {
    if (refreshToken === undefined) {
      await this.database.query('grant-begin', INSERT_GRANT, grantValues(grant));
      return;
    }
    await this.database.query(
      'grant-begin-refreshable',
      `WITH new_grant AS (${INSERT_GRANT} RETURNING id, created_at)
       INSERT INTO refresh_tokens (hash, grant_id, created_at, expires_at)
       SELECT $14, id, created_at, $15 FROM new_grant`,
      [...grantValues(grant), refreshToken.hash, refreshToken.expiresAt],
    );
  }

  async ofClient(fresh: NewGrant): Promise<Grant> {
    // The conflicting update makes RETURNING speak for the row that is there, with the scope the client has today.
    const [row] = await this.database.query<GrantRow>(
      'grant-of-client',
      `${INSERT_GRANT}
       ON CONFLICT (client_id) WHERE ended_at IS NULL AND subject = client_id
       DO UPDATE SET last_used_at = excluded.last_used_at, scope = excluded.scope
       RETURNING ${GRANT_COLUMNS}`,
      grantValues(fresh),
    );
    return grantOf(row!);
  }

  async findLive(
    grantId: string,
    tokenId: string,
    now: Date,
    disconnection?: AbortSignal,
  ): Promise<Grant | undefined> {
    const [row] = await this.database.query<GrantRow>(
      'grant-find-live',
      `SELECT ${GRANT_COLUMNS} FROM grants
       WHERE id = $1 AND ended_at IS NULL AND expires_at > $3
         AND NOT EXISTS (SELECT 1 FROM revoked_access_tokens WHERE jti = $2)`,
      [grantId, tokenId, now],
      disconnection,
    );
    return row === undefined ? undefined : grantOf(row);
  }

  async revokeAccessToken(tokenId: string, expiresAt: Date): Promise<void> {
    await this.database.query(
      'access-token-revoke',
      'INSERT INTO revoked_access_tokens (jti, expires_at) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING',
      [tokenId, expiresAt],
    );
  }

  async end(grantId: string, reason: GrantEnd, now: Date, subject?: string): Promise<boolean> {
    const rows = await this.database.query(
      'grant-end',
      `UPDATE grants SET ended_at = $2, end_reason = $3
       WHERE id = $1 AND ended_at IS NULL AND expires_at > $2 AND ($4::text IS NULL OR subject = $4)
       RETURNING id`,
      [grantId, now, reason, subject ?? null],
    );
    return rows.length === 1;
  }

  async endAllOfSubject(subject: string, reason: GrantEnd, now: Date): Promise<void> {
    await this.database.query(
      'grant-end-all-of-subject',
      'UPDATE grants SET ended_at = $2, end_reason = $3 WHERE subject = $1 AND ended_at IS NULL',
      [subject, now, reason],
    );
  }

  async endOutdated(
    subject: string,
    credentialsVersion: string | null,
    reason: GrantEnd,
    now: Date,
  ): Promise<void> {
    await this.database.query(
      'grant-end-outdated',
      `UPDATE grants SET ended_at = $2, end_reason = $3
       WHERE subject = $1 AND ended_at IS NULL AND credentials_version IS DISTINCT FROM $4`,
      [subject, now, reason, credentialsVersion],
    );
  }

  async endOfClient(clientId: string, grants: GrantsOfClient, reason: GrantEnd, now: Date): Promise<void> {
    await this.database.query(
      `grant-end-of-client-${grants}`,
      `UPDATE grants SET ended_at = $2, end_reason = $3
       WHERE client_id = $1 AND ended_at IS NULL ${AND_AMONG[grants]}`,
      [clientId, now, reason],
    );
  }

  async narrow(
    of: { subject: string } | { clientId: string },
    allowed: (scope: string) => boolean,
  ): Promise<void> {
    const [name, column, value] =
      'subject' in of ? ['of-subject', 'subject', of.subject] : ['of-client', 'client_id', of.clientId];
    const held = await this.database.query<{ scope: string }>(
      `grant-scopes-${name}`,
      `SELECT DISTINCT unnest(scope) AS scope FROM grants WHERE ${column} = $1 AND ended_at IS NULL`,
      [value],
    );
    const lost = held.map(({ scope }) => scope).filter((scope) => !allowed(scope));
    if (lost.length === 0) return;
    await this.database.query(
      `grant-narrow-${name}`,
      `UPDATE grants SET scope = ARRAY(
         SELECT name FROM unnest(scope) WITH ORDINALITY AS held (name, place)
         WHERE name <> ALL ($2::text[]) ORDER BY place
       )
       WHERE ${column} = $1 AND ended_at IS NULL AND scope && $2::text[]`,
      [value, lost],
    );
  }

  async listLive({ subject, clientId, before, limit }: GrantPage, now: Date): Promise<Grant[]> {
    // Each name is one statement. Every page is a range of an index that ends with the id, and the first one ends before
    // the greatest id there is.
    const [name, condition, values] =
      subject !== undefined && clientId !== undefined
        ? ['-of-subject-at-client', 'subject = $4 AND client_id = $5 AND', [subject, clientId]]
        : subject !== undefined
          ? ['-of-subject', 'subject = $4 AND', [subject]]
          : clientId !== undefined
            ? ['-of-client', 'client_id = $4 AND', [clientId]]
            : ['', '', []];
    const rows = await this.database.query<GrantRow>(
      `grant-list-live${name}`,
      `SELECT ${GRANT_COLUMNS} FROM grants
       WHERE ${condition} ended_at IS NULL AND expires_at > $1 AND subject <> client_id AND id < $2
       ORDER BY id DESC LIMIT $3`,
      [now, before ?? GREATEST_ID, limit, ...values],
    );
    return rows.map(grantOf);
  }

  async forgetBefore(moment: Date, stopping?: AbortSignal): Promise<void> {
    await deleteInBatches(
      this.database,
      'grant-forget',
      `DELETE FROM grants WHERE id IN (
         (SELECT id FROM grants WHERE expires_at < $1 LIMIT ${BATCH})
         UNION (SELECT id FROM grants WHERE ended_at < $1 LIMIT ${BATCH})
       ) RETURNING id`,
      moment,
      stopping,
    );
    await deleteInBatches(
      this.database,
      'revoked-access-token-forget',
      `DELETE FROM revoked_access_tokens WHERE jti IN (
         SELECT jti FROM revoked_access_tokens WHERE expires_at < $1 LIMIT ${BATCH}
       ) RETURNING jti`,
      moment,
      stopping,
    );
  }
}
