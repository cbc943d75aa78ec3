import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PageAnswer } from '../../../platform/http/page.js';
import { ACCESS_TOKEN_FORMATS, type AccessTokenFormat } from '../../../protocol/access-token.js';
import {
  CLIENT_AUTHENTICATION_METHODS,
  type ClientAuthenticationMethod,
  GRANT_TYPES,
  type GrantType,
} from '../../../protocol/grant-types.js';
import { formatScope } from '../../../protocol/scopes.js';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../../protocol/signing-algorithms.js';
import type { Client } from '../client.js';
import { UserDetail } from './user-details.dto.js';

/** How OpenAPI describes `token_endpoint_auth_method`, in requests and answers alike. */
export const AUTHENTICATION_METHOD = {
  type: String,
  // OpenAPI 3.0.3 wants null among the values of an enumeration that is nullable.
  enum: [...CLIENT_AUTHENTICATION_METHODS, null],
  nullable: true,
};

export class ClientAnswer {
  @ApiProperty({ example: 'point-of-sale' })
  client_id: string;

  @ApiProperty({ example: 'Point of sale' })
  client_name: string;

  @ApiProperty({ enum: ['active', 'disabled'], example: 'active' })
  status: 'active' | 'disabled';

  @ApiProperty({ example: true })
  first_party: boolean;

  @ApiProperty({ ...AUTHENTICATION_METHOD, example: null })
  token_endpoint_auth_method: ClientAuthenticationMethod | null;

  @ApiProperty({
    enum: GRANT_TYPES,
    enumName: 'GrantType',
    isArray: true,
    example: ['password', 'refresh_token'],
  })
  grant_types: GrantType[];

  @ApiProperty({ example: 'resources:read resources:write' })
  scope: string;

  @ApiProperty({ example: 'resources:read resources:write' })
  default_scope: string;

  @ApiProperty({ type: [String], example: [] })
  audiences: string[];

  @ApiProperty({ type: [String], example: ['https://app.example'] })
  allowed_origins: string[];

  @ApiProperty({ type: [UserDetail], example: [{ name: 'roles', display: true }] })
  user_details: UserDetail[];

  @ApiProperty({ enum: ACCESS_TOKEN_FORMATS, example: 'jwt' })
  access_token_format: AccessTokenFormat;

  @ApiProperty({ enum: SIGNING_ALGORITHMS, example: 'ES256' })
  access_token_signing_alg: SigningAlgorithm;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Seconds; null for the default',
    example: null,
  })
  access_token_ttl: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Seconds; null for the default',
    example: null,
  })
  refresh_token_ttl: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Seconds; null for the default',
    example: null,
  })
  grant_ttl: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Seconds; null for the default',
    example: null,
  })
  refresh_leeway: number | null;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:04.120Z' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:04.120Z' })
  updated_at: string;
}

export class ClientWithSecretAnswer extends ClientAnswer {
  @ApiPropertyOptional({
    description: 'Shown this once; absent for a public client',
    example: 'gws_Zb0VJ4yq2sQm0k8nV1rX7tF3hP6wLcYdUeGaOiKjSxA',
  })
  client_secret?: string;
}

export class ClientPage extends PageAnswer {
  @ApiProperty({ type: [ClientAnswer] })
  items: ClientAnswer[];
}

/** A client as an administrator sees it. */
export function clientAnswerOf(client: Client): ClientAnswer {
  return {
    client_id: client.clientId,
    client_name: client.name,
    status: client.status,
    first_party: client.firstParty,
    token_endpoint_auth_method: client.authenticationMethod,
    grant_types: [...client.grantTypes],
    scope: formatScope(client.scope),
    default_scope: formatScope(client.defaultScope),
    audiences: [...client.audiences],
    allowed_origins: [...client.allowedOrigins],
    user_details: [...client.userDetails],
    access_token_format: client.accessTokenFormat,
    access_token_signing_alg: client.signingAlgorithm,
    access_token_ttl: client.accessTokenTtl,
    refresh_token_ttl: client.refreshTokenTtl,
    grant_ttl: client.grantTtl,
    refresh_leeway: client.refreshLeeway,
    created_at: client.createdAt.toISOString(),
    updated_at: client.updatedAt.toISOString(),
  };
}
