import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { GrantEntity } from './grant.entity.js';

/** Opaque access tokens: all that is not the grant's own. */
@Entity('opaque_access_tokens')
@Index('opaque_access_tokens_by_grant', ['grantId'])
@Index('opaque_access_tokens_by_expiry', ['expiresAt'])
export class OpaqueAccessTokenEntity {
  /** SHA-256 of the token. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'opaque_access_tokens_pkey' })
  hash: Buffer;

  @Column('uuid', { name: 'grant_id' })
  grantId: string;

  @ManyToOne(() => GrantEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'grant_id', foreignKeyConstraintName: 'opaque_access_tokens_grant_id_fkey' })
  grant: GrantEntity;

  @Column('text', { array: true })
  scope: string[];

  @Column('timestamptz', { name: 'issued_at' })
  issuedAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;
}
