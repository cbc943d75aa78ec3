import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  Validate,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { isOrigin } from '../../../config/origins.js';
import { MayBeAbsent, MayBeNull } from '../../../platform/http/members.js';
import { PRINTABLE } from '../../../protocol/characters.js';
import {
  CLIENT_AUTHENTICATION_METHODS,
  type ClientAuthenticationMethod,
  GRANT_TYPES,
  type GrantType,
} from '../../../protocol/grant-types.js';
import { parseScope } from '../../../protocol/scopes.js';
import type { ClientRegistration } from '../registration/client-registration.js';
import { AUTHENTICATION_METHOD } from './client-answers.dto.js';
import { TokenMembers } from './token-members.dto.js';
import { parseUserDetails } from './user-details.dto.js';

const DAY = 24 * 60 * 60;
const SCOPE_LIST = /^$|^[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*$/;

@ValidatorConstraint({ name: 'isOriginList' })
class IsOriginList implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return Array.isArray(value) && value.every((entry) => typeof entry === 'string' && isOrigin(entry));
  }

  defaultMessage(): string {
    return 'must be a list of web origins such as https://app.example';
  }
}

class ClientMembers extends TokenMembers {
  @ApiPropertyOptional({
    enum: GRANT_TYPES,
    enumName: 'GrantType',
    isArray: true,
    description: 'At creation `client_credentials` alone; `password` takes `first_party: true`',
    example: ['password', 'refresh_token'],
  })
  @MayBeAbsent()
  @IsArray({ message: 'must be a list of grant types' })
  @ArrayMaxSize(GRANT_TYPES.length, { message: `must have at most ${GRANT_TYPES.length} entries` })
  @IsIn(GRANT_TYPES, { each: true, message: `must hold only ${GRANT_TYPES.join(', ')}` })
  grant_types?: GrantType[];

  @ApiPropertyOptional({
    maxLength: 2048,
    description: 'What it may ask for, separated by spaces; at creation nothing',
    example: 'profile resources:read resources:write',
  })
  @MayBeAbsent()
  @MaxLength(2048, { message: 'must be at most 2048 characters' })
  @Matches(SCOPE_LIST, { message: 'must be scopes separated by single spaces (RFC 6749 section 3.3)' })
  scope?: string;

  @ApiPropertyOptional({
    maxLength: 2048,
    description: 'What a request without scope gets; by default its scope without administration',
    example: 'resources:read',
  })
  @MayBeAbsent()
  @MaxLength(2048, { message: 'must be at most 2048 characters' })
  @Matches(SCOPE_LIST, { message: 'must be scopes separated by single spaces (RFC 6749 section 3.3)' })
  default_scope?: string;

  @ApiPropertyOptional({
    ...AUTHENTICATION_METHOD,
    description: '`none` for a public client; null, as at creation, for a secret in Basic or in the body',
  })
  @MayBeNull()
  @IsIn(CLIENT_AUTHENTICATION_METHODS, {
    message: `must be one of ${CLIENT_AUTHENTICATION_METHODS.join(', ')}`,
  })
  token_endpoint_auth_method?: ClientAuthenticationMethod | null;

  @ApiPropertyOptional({
    description:
      'At creation false; true for a client that you operate, and only that may have the password grant',
  })
  @MayBeAbsent()
  @IsBoolean({ message: 'must be true or false' })
  first_party?: boolean;

  @ApiPropertyOptional({
    type: [String],
    example: ['https://app.example'],
    description: 'Web origins whose pages may read answers',
  })
  @MayBeAbsent()
  @ArrayMaxSize(50, { message: 'must have at most 50 entries' })
  @Validate(IsOriginList)
  allowed_origins?: string[];

  @ApiPropertyOptional({
    type: [String],
    example: [],
    description: 'Audiences whose tokens it may introspect (a resource server)',
  })
  @MayBeAbsent()
  @IsArray({ message: 'must be a list' })
  @ArrayMaxSize(50, { message: 'must have at most 50 entries' })
  @IsString({ each: true, message: 'must hold strings' })
  @MaxLength(256, { each: true, message: 'must hold strings of at most 256 characters' })
  @Matches(PRINTABLE, { each: true, message: 'must not hold control characters' })
  audiences?: string[];
}

export class CreateClient extends ClientMembers {
  @ApiProperty({ minLength: 1, maxLength: 200, example: 'Point of sale' })
  @IsString({ message: 'must be a string' })
  @Length(1, 200, { message: 'must be 1 to 200 characters' })
  @Matches(PRINTABLE, { message: 'must not hold control characters' })
  client_name: string;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 128,
    pattern: '^[A-Za-z0-9._~-]+$',
    description: 'Generated when left out; no UUID, which is what people have',
    example: 'point-of-sale',
  })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  client_id?: string;
}

export class ChangeClient extends ClientMembers {
  @ApiPropertyOptional({ minLength: 1, maxLength: 200, example: 'Point of sale' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @Length(1, 200, { message: 'must be 1 to 200 characters' })
  @Matches(PRINTABLE, { message: 'must not hold control characters' })
  client_name?: string;

  @ApiPropertyOptional({ enum: ['active', 'disabled'], description: '`disabled` ends its tokens' })
  @MayBeAbsent()
  @IsIn(['active', 'disabled'], { message: 'must be active or disabled' })
  status?: 'active' | 'disabled';
}

export class RotateSecret {
  @ApiPropertyOptional({
    type: 'integer',
    default: 0,
    minimum: 0,
    maximum: 7 * DAY,
    description: 'Seconds for which the old secret stays good',
  })
  @MayBeAbsent()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(0, { message: 'must be at least 0' })
  @Max(7 * DAY, { message: `must be at most ${7 * DAY}` })
  overlap?: number;

  @ApiPropertyOptional({
    description:
      'Whether all sessions and tokens of the client end; by default true without an overlap (the secret may have leaked), ' +
      'false with one',
  })
  @MayBeAbsent()
  @IsBoolean({ message: 'must be true or false' })
  end_sessions?: boolean;
}

/** The registration that a body asks for; `undefined` stays "not said". @throws InvalidInput */
export function registrationOf(
  body: ClientMembers & { client_name?: string; status?: 'active' | 'disabled' },
): ClientRegistration {
  return {
    name: body.client_name,
    status: body.status,
    firstParty: body.first_party,
    authenticationMethod: body.token_endpoint_auth_method,
    grantTypes: body.grant_types,
    scope: scopeList(body.scope),
    defaultScope: scopeList(body.default_scope),
    audiences: body.audiences,
    allowedOrigins: body.allowed_origins,
    userDetails: body.user_details === undefined ? undefined : parseUserDetails(body.user_details),
    accessTokenFormat: body.access_token_format,
    signingAlgorithm: body.access_token_signing_alg,
    accessTokenTtl: body.access_token_ttl,
    refreshTokenTtl: body.refresh_token_ttl,
    grantTtl: body.grant_ttl,
    refreshLeeway: body.refresh_leeway,
  };
}

function scopeList(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  return text === '' ? [] : parseScope(text);
}
