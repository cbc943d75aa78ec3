import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ConfiguredDetail } from '../../../protocol/user-details.js';

@Entity('clients')
export class ClientEntity {
  @PrimaryColumn('text', { name: 'client_id', primaryKeyConstraintName: 'clients_pkey' })
  clientId: string;

  @Column('text', { name: 'client_name' })
  name: string;

  @Column('text')
  status: string;

  @Column('boolean', { name: 'first_party' })
  firstParty: boolean;

  @Column('text', { name: 'token_endpoint_auth_method', nullable: true })
  authenticationMethod: string | null;

  @Column('text', { name: 'grant_types', array: true })
  grantTypes: string[];

  @Column('text', { array: true })
  scope: string[];

  @Column('text', { name: 'default_scope', array: true })
  defaultScope: string[];

  @Column('text', { array: true })
  audiences: string[];

  @Column('text', { name: 'allowed_origins', array: true })
  allowedOrigins: string[];

  @Column('jsonb', { name: 'user_details', default: [] })
  userDetails: ConfiguredDetail[];

  @Column('text', { name: 'access_token_format', default: 'jwt' })
  accessTokenFormat: string;

  @Column('text', { name: 'access_token_signing_alg' })
  signingAlgorithm: string;

  @Column('integer', { name: 'access_token_ttl', nullable: true })
  accessTokenTtl: number | null;

  @Column('integer', { name: 'refresh_token_ttl', nullable: true })
  refreshTokenTtl: number | null;

  @Column('integer', { name: 'grant_ttl', nullable: true })
  grantTtl: number | null;

  @Column('integer', { name: 'refresh_leeway', nullable: true })
  refreshLeeway: number | null;

  /** SHA-256 of the secret; null for a public client. */
  @Column('bytea', { name: 'secret_hash', nullable: true })
  secretHash: Buffer | null;

  @Column('bytea', { name: 'previous_secret_hash', nullable: true })
  previousSecretHash: Buffer | null;

  @Column('timestamptz', { name: 'previous_secret_expires_at', nullable: true })
  previousSecretExpiresAt: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;
}
