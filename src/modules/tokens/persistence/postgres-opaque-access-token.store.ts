import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import {
  type NewOpaqueAccessToken,
  type OpaqueAccessTokenState,
  tokenIdOf,
} from '../access-tokens/opaque-access-token.js';
import { OpaqueAccessTokenStore } from '../access-tokens/opaque-access-token-store.js';
import { BATCH, deleteInBatches } from './delete-in-batches.js';
import { GRANT_COLUMNS_OF_G, type GrantRow, grantOf } from './grant-rows.js';

interface OpaqueAccessTokenRow extends GrantRow {
  token_scope: string[];
  token_issued_at: Date;
  token_expires_at: Date;
  is_live: boolean;
}

@Injectable()
export class PostgresOpaqueAccessTokenStore extends OpaqueAccessTokenStore {
  constructor(private readonly database: Database) {
    super();
  }

  async add({ hash, grantId, scope, issuedAt, expiresAt }: NewOpaqueAccessToken): Promise<void> {
    await this.database.query(
      'opaque-access-token-add',
      `INSERT INTO opaque_access_tokens (hash, grant_id, scope, issued_at, expires_at) VALUES ($1, $2, $3, $4, $5)`,
      [hash, grantId, scope, issuedAt, expiresAt],
    );
  }

  async find(
    hash: Buffer,
    now: Date,
    disconnection?: AbortSignal,
  ): Promise<OpaqueAccessTokenState | undefined> {
    const [row] = await this.database.query<OpaqueAccessTokenRow>(
      'opaque-access-token-find',
      `SELECT ${GRANT_COLUMNS_OF_G}, t.scope AS token_scope, t.issued_at AS token_issued_at,
              t.expires_at AS token_expires_at,
              g.ended_at IS NULL AND g.expires_at > $3
                AND NOT EXISTS (SELECT 1 FROM revoked_access_tokens WHERE jti = $2) AS is_live
       FROM opaque_access_tokens t
       JOIN grants g ON g.id = t.grant_id
       WHERE t.hash = $1`,
      [hash, tokenIdOf(hash), now],
      disconnection,
    );
    if (row === undefined) return undefined;
    return {
      hash,
      grant: grantOf(row),
      scope: row.token_scope,
      issuedAt: row.token_issued_at,
      expiresAt: row.token_expires_at,
      isLive: row.is_live,
    };
  }

  async forgetBefore(moment: Date, stopping?: AbortSignal): Promise<void> {
    await deleteInBatches(
      this.database,
      'opaque-access-token-forget',
      `DELETE FROM opaque_access_tokens WHERE hash IN (
         SELECT hash FROM opaque_access_tokens WHERE expires_at < $1 LIMIT ${BATCH}
       ) RETURNING hash`,
      moment,
      stopping,
    );
  }
}
