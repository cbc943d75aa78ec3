import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { GrantEntity } from './grant.entity.js';

@Entity('refresh_tokens')
@Index('refresh_tokens_by_grant', ['grantId'])
export class RefreshTokenEntity {
  /** SHA-256 of the token. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'refresh_tokens_pkey' })
  hash: Buffer;

  @Column('uuid', { name: 'grant_id' })
  grantId: string;

  @ManyToOne(() => GrantEntity, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'grant_id', foreignKeyConstraintName: 'refresh_tokens_grant_id_fkey' })
  grant: GrantEntity;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt: Date | null;

  @Column('bytea', { name: 'successor_hash', nullable: true })
  successorHash: Buffer | null;

  @Column('bytea', { name: 'successor_sealed', nullable: true })
  successorSealed: Buffer | null;

  /** Network of the rotation that made this token; null once the token is used. */
  @Column('text', { name: 'rotation_network', nullable: true })
  rotationNetwork: string | null;

  /** SHA-256 of the user agent of that rotation; null once the token is used. */
  @Column('bytea', { name: 'rotation_user_agent', nullable: true })
  rotationUserAgent: Buffer | null;

  /** How often that rotation was repeated. */
  @Column('integer', { name: 'rotation_repeats', default: 0 })
  rotationRepeats: number;
}
