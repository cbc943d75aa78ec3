import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Access tokens revoked one by one; kept until they would have expired anyway. */
@Entity('revoked_access_tokens')
@Index('revoked_access_tokens_by_expiry', ['expiresAt'])
export class RevokedAccessTokenEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'revoked_access_tokens_pkey' })
  jti: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}
