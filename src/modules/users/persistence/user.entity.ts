import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { UserAttributes } from '../../../protocol/user-attributes.js';

@Entity('users')
// On an expression, which TypeORM cannot describe: made by its migration.
@Index('users_password_hash_kind', { synchronize: false })
@Index('users_canonical_username', ['canonicalUsername'], { unique: true })
// The migration gives the next three the operator class that prefixes need.
@Index('users_by_username_prefix', ['canonicalUsername'])
@Index('users_by_name_prefix', ['canonicalName'])
@Index('users_by_email_prefix', ['canonicalEmail'])
@Index('users_by_role', ['roles'], { type: 'gin' })
@Index('users_by_status', ['status', 'id'])
// On an expression, which TypeORM cannot describe: only the migration makes it.
@Index('users_by_dotless_username', { synchronize: false })
export class UserEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  id: string;

  @Column('text')
  username: string;

  @Column('text', { name: 'canonical_username' })
  canonicalUsername: string;

  @Column('text', { nullable: true })
  name: string | null;

  @Column('text', { nullable: true })
  email: string | null;

  /** The name and the address as they are searched for. */
  @Column('text', { name: 'canonical_name', nullable: true })
  canonicalName: string | null;

  @Column('text', { name: 'canonical_email', nullable: true })
  canonicalEmail: string | null;

  @Column('boolean', { name: 'email_verified' })
  emailVerified: boolean;

  @Column('text', { array: true })
  roles: string[];

  @Column('jsonb', { default: {} })
  attributes: UserAttributes;

  @Column('text')
  status: string;

  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash: string | null;

  @Column('text', { name: 'credentials_version' })
  credentialsVersion: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
