import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import type { UserDetails } from '../../../protocol/user-details.js';
import type { RefreshTokenState, Repeat, RotationOrigin, Successor } from '../grants/refresh-token-state.js';
import { RefreshTokenStore } from '../grants/refresh-token-store.js';
import { GRANT_COLUMNS_OF_G, type RefreshTokenRow, refreshTokenStateOf } from './grant-rows.js';

/** Refresh tokens as prepared statements. The row of a successor holds the origin of the rotation that made it. */
@Injectable()
export class PostgresRefreshTokenStore extends RefreshTokenStore {
  constructor(private readonly database: Database) {
    super();
  }

  async find(hash: Buffer): Promise<RefreshTokenState | undefined> {
    const [row] = await this.database.query<RefreshTokenRow>(
      'refresh-token-find',
      `SELECT ${GRANT_COLUMNS_OF_G}, g.ended_at, t.expires_at AS token_expires_at, t.used_at,
              s.rotation_network
       FROM refresh_tokens t
       JOIN grants g ON g.id = t.grant_id
       LEFT JOIN refresh_tokens s ON s.hash = t.successor_hash
       WHERE t.hash = $1`,
      [hash],
    );
    return row === undefined ? undefined : refreshTokenStateOf(row);
  }

  async rotate(
    hash: Buffer,
    successor: Successor,
    { network, userAgentHash }: RotationOrigin,
    details: UserDetails,
    now: Date,
  ): Promise<boolean> {
    // A racing request waits for the row, then finds used_at set and rotates nothing. An end that commits
    // meanwhile is seen by the last update, which then returns nothing either. A used token has no repeat of the
    // rotation before it any more, so the origin of that one is forgotten.
    const rows = await this.database.query(
      'refresh-token-rotate',
      `WITH consumed AS (
         UPDATE refresh_tokens t SET used_at = clock_timestamp(), successor_hash = $2, successor_sealed = $3,
           rotation_network = NULL, rotation_user_agent = NULL
         FROM grants g
         WHERE t.hash = $1 AND t.used_at IS NULL AND t.expires_at > $4
           AND g.id = t.grant_id AND g.ended_at IS NULL AND g.expires_at > $4
         RETURNING t.grant_id
       ), successor AS (
         INSERT INTO refresh_tokens (hash, grant_id, created_at, expires_at, rotation_network, rotation_user_agent)
         SELECT $2, grant_id, $4, $5, $7, $8 FROM consumed
         RETURNING grant_id
       )
       UPDATE grants SET last_used_at = $4, details = $6 FROM successor
       WHERE grants.id = successor.grant_id AND grants.ended_at IS NULL
       RETURNING grants.id`,
      [hash, successor.hash, successor.sealed, now, successor.expiresAt, details, network, userAgentHash],
    );
    return rows.length === 1;
  }

  async repeat(
    hash: Buffer,
    { network, userAgentHash }: RotationOrigin,
    leeway: number,
    now: Date,
  ): Promise<Repeat | undefined> {
    // The time of arrival is compared: waiting for the row behind other repeats must not use up the leeway. A use of
    // the successor that commits meanwhile is seen, because its row is the one that is updated. No network is known
    // of a rotation by a version before this column.
    const [row] = await this.database.query<{ repeats: number; sealed: Buffer }>(
      'refresh-token-repeat',
      `UPDATE refresh_tokens s SET rotation_repeats = s.rotation_repeats + 1
       FROM refresh_tokens t
       JOIN grants g ON g.id = t.grant_id
       WHERE t.hash = $1 AND s.hash = t.successor_hash AND s.used_at IS NULL AND s.expires_at > $5
         AND g.ended_at IS NULL AND g.expires_at > $5
         AND $4::integer > 0 AND statement_timestamp() - t.used_at < make_interval(secs => $4::integer)
         AND (s.rotation_network IS NULL OR s.rotation_network = $2 OR s.rotation_user_agent = $3)
       RETURNING s.rotation_repeats AS repeats, t.successor_sealed AS sealed`,
      [hash, network, userAgentHash, leeway, now],
    );
    return row === undefined ? undefined : { repeats: row.repeats, sealedSuccessor: row.sealed };
  }
}
