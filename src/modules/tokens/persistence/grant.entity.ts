import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { UserDetails } from '../../../protocol/user-details.js';

@Entity('grants')
@Index('grants_live_by_subject', ['subject', 'id'], { where: 'ended_at IS NULL' })
@Index('grants_live_by_client', ['clientId', 'id'], { where: 'ended_at IS NULL' })
@Index('grants_one_live_of_client', ['clientId'], {
  unique: true,
  where: 'ended_at IS NULL AND subject = client_id',
})
@Index('grants_by_expiry', ['expiresAt'])
@Index('grants_by_end', ['endedAt'], { where: 'ended_at IS NOT NULL' })
export class GrantEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'grants_pkey' })
  id: string;

  @Column('text')
  subject: string;

  @Column('text', { name: 'client_id' })
  clientId: string;

  @Column('text', { nullable: true })
  username: string | null;

  @Column('text', { array: true })
  scope: string[];

  @Column('timestamptz', { name: 'auth_time' })
  authTime: Date;

  @Column('text', { array: true })
  amr: string[];

  @Column('text', { name: 'credentials_version', nullable: true })
  credentialsVersion: string | null;

  @Column('jsonb', { default: {} })
  details: UserDetails;

  @Column('text', { nullable: true })
  ip: string | null;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt: Date | null;

  @Column('text', { name: 'end_reason', nullable: true })
  endReason: string | null;
}
