import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { GRANT_TYPES, type GrantType } from '../../../protocol/grant-types.js';
import type { OAuthErrorCode } from '../../../protocol/oauth-error.js';
import type { UserAttributes } from '../../../protocol/user-attributes.js';

/** The forms and answers of the OAuth endpoints, for the OpenAPI document alone: the strict form parser reads them. */

/** Without a sample value Swagger UI would fill in, and send, the word "string". */
const EMPTY = { example: '' };

/** Client authentication in the body. RFC 6749 §2.3.1. */
const CLIENT_ID = {
  ...EMPTY,
  description: 'Where Basic is not used: with `client_secret`, alone for a public client',
};
const CLIENT_SECRET = { ...EMPTY, format: 'password' };

/** RFC 6749 §4.3.2, §4.4.2, §6. */
export class TokenRequest {
  @ApiProperty({ enum: GRANT_TYPES, enumName: 'GrantType' })
  grant_type: GrantType;

  @ApiPropertyOptional({ ...EMPTY, description: 'With `password`' })
  username?: string;

  @ApiPropertyOptional({ ...EMPTY, format: 'password', description: 'With `password`' })
  password?: string;

  @ApiPropertyOptional({ ...EMPTY, description: 'With `refresh_token`' })
  refresh_token?: string;

  @ApiPropertyOptional({ ...EMPTY, description: 'Separated by spaces; left out, the default of the client' })
  scope?: string;

  @ApiPropertyOptional({ ...EMPTY, description: 'RFC 8707: the audience of this server, or nothing' })
  resource?: string;

  @ApiPropertyOptional(CLIENT_ID)
  client_id?: string;

  @ApiPropertyOptional(CLIENT_SECRET)
  client_secret?: string;
}

/** RFC 7009 §2.1 and RFC 7662 §2.1. */
export class TokenForm {
  @ApiProperty({ ...EMPTY, description: 'An access token or a refresh token' })
  token: string;

  @ApiPropertyOptional({ enum: ['access_token', 'refresh_token'], description: 'Not needed' })
  token_type_hint?: 'access_token' | 'refresh_token';

  @ApiPropertyOptional(CLIENT_ID)
  client_id?: string;

  @ApiPropertyOptional(CLIENT_SECRET)
  client_secret?: string;
}

/** RFC 6749 §5.1. */
export class TokenAnswer {
  @ApiProperty({
    description: 'A JWT of RFC 9068; for a client with `access_token_format` `opaque` a random string',
    example: 'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2ln',
  })
  access_token: string;

  @ApiProperty({ enum: ['Bearer'] })
  token_type: 'Bearer';

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Seconds', example: 300 })
  expires_in: number;

  @ApiPropertyOptional({
    description: 'For one use; each use answers the next one',
    example: 'gwr_Jm2Xw0p8Tt5vWb1rZs7Kq4Nf9Yc3Hg6Ld0aEiUoPxMk',
  })
  refresh_token?: string;

  @ApiProperty({ example: 'profile account resources:read resources:write' })
  scope: string;
}

/** RFC 7662 §2.2. */
export class IntrospectionAnswer {
  @ApiProperty({ description: 'False for whatever the asking client has no business with; alone then' })
  active: boolean;

  @ApiPropertyOptional({ enum: ['Bearer'], description: 'Of an access token' })
  token_type?: 'Bearer';

  @ApiPropertyOptional()
  iss?: string;

  @ApiPropertyOptional({ description: 'The person, or the client by itself' })
  sub?: string;

  @ApiPropertyOptional({ oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] })
  aud?: string | string[];

  @ApiPropertyOptional()
  client_id?: string;

  @ApiPropertyOptional()
  scope?: string;

  @ApiPropertyOptional({ type: 'integer' })
  iat?: number;

  @ApiPropertyOptional({ type: 'integer' })
  exp?: number;

  @ApiPropertyOptional()
  jti?: string;

  @ApiPropertyOptional({ description: 'The session' })
  sid?: string;

  @ApiPropertyOptional({ type: 'integer', description: 'When the person signed in' })
  auth_time?: number;

  @ApiPropertyOptional({ type: [String] })
  amr?: string[];

  @ApiPropertyOptional({ description: 'This and what follows: by the `user_details` of the token’s client' })
  preferred_username?: string;

  @ApiPropertyOptional()
  name?: string;

  @ApiPropertyOptional()
  email?: string;

  @ApiPropertyOptional()
  email_verified?: boolean;

  @ApiPropertyOptional({ type: [String] })
  roles?: string[];

  @ApiPropertyOptional({ type: 'object', additionalProperties: true })
  attributes?: UserAttributes;
}

const CODES = {
  invalid_request: true,
  invalid_client: true,
  invalid_grant: true,
  unauthorized_client: true,
  unsupported_grant_type: true,
  invalid_scope: true,
  invalid_target: true,
  server_error: true,
  temporarily_unavailable: true,
} satisfies Record<OAuthErrorCode, true>;

/** RFC 6749 §5.2. */
export class OAuthErrorAnswer {
  @ApiProperty({ enum: Object.keys(CODES), enumName: 'OAuthErrorCode' })
  error: OAuthErrorCode;

  @ApiPropertyOptional({ description: 'For a developer to read' })
  error_description?: string;
}
