import type { JWK } from 'jose';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('signing_keys')
export class SigningKeyEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'signing_keys_pkey' })
  kid: string;

  @Column('text')
  algorithm: string;

  @Column('jsonb', { name: 'public_jwk' })
  publicJwk: JWK;

  @Column('bytea', { name: 'sealed_private_key' })
  sealedPrivateKey: Buffer;

  /** Since when the key is announced. */
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  /** The default is for keys of processes of an earlier version, which sign at once. */
  @Column('timestamptz', { name: 'active_at', nullable: true, default: () => 'now()' })
  activeAt: Date | null;

  @Column('timestamptz', { name: 'retired_at', nullable: true })
  retiredAt: Date | null;

  @Column('timestamptz', { name: 'removed_at', nullable: true })
  removedAt: Date | null;
}
