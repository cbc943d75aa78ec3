import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayUnique,
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
import { PageAnswer } from '../../../platform/http/page.js';
import {
  CLIENT_AUTHENTICATION_METHODS,
  GRANT_TYPES,
  SIGNING_ALGORITHMS,
} from '../../../protocol/grant-types.js';
import type {
  ClientAuthenticationMethod,
  GrantType,
  SigningAlgorithm,
} from '../../../protocol/grant-types.js';
import { formatScope, parseScope } from '../../../protocol/scopes.js';
import type { Client } from '../client.js';
import type { ClientRegistration } from '../registration/client-registration.js';

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

/** A lifetime; `null` goes back to the server's default. */
const Seconds =
  (most: number): PropertyDecorator =>
  (target, property) => {
    ApiPropertyOptional({
      type: 'integer',
      nullable: true,
      maximum: most,
      description: 'Seconds; null for the default',
    })(target, property);
    MayBeNull()(target, property);
    IsInt({ message: 'must be a whole number of seconds' })(target, property);
    Min(1, { message: 'must be at least 1' })(target, property);
    Max(most, { message: `must be at most ${most}` })(target, property);
  };

class ClientMembers {
  @ApiPropertyOptional({ example: 'password refresh_token'.split(' '), enum: GRANT_TYPES, isArray: true })
  @MayBeAbsent()
  @IsArray({ message: 'must be a list of grant types' })
  @ArrayUnique({ message: 'must not repeat a grant type' })
  @IsIn(GRANT_TYPES, { each: true, message: `must hold only ${GRANT_TYPES.join(', ')}` })
  grant_types?: GrantType[];

  @ApiPropertyOptional({
    example: 'profile resources:read resources:write',
    description: 'What it may ask for, space-separated',
  })
  @MayBeAbsent()
  @MaxLength(2048, { message: 'must be at most 2048 characters' })
  @Matches(SCOPE_LIST, { message: 'must be scopes separated by single spaces (RFC 6749 section 3.3)' })
  scope?: string;

  @ApiPropertyOptional({
    example: 'resources:read',
    description: 'What a request without scope gets; defaults to scope without administration',
  })
  @MayBeAbsent()
  @MaxLength(2048, { message: 'must be at most 2048 characters' })
  @Matches(SCOPE_LIST, { message: 'must be scopes separated by single spaces (RFC 6749 section 3.3)' })
  default_scope?: string;

  @ApiPropertyOptional({
    enum: CLIENT_AUTHENTICATION_METHODS,
    nullable: true,
    description: '`none` for a public client; without it a client with a secret may use Basic or the body',
  })
  @MayBeNull()
  @IsIn(CLIENT_AUTHENTICATION_METHODS, {
    message: `must be one of ${CLIENT_AUTHENTICATION_METHODS.join(', ')}`,
  })
  token_endpoint_auth_method?: ClientAuthenticationMethod | null;

  @ApiPropertyOptional({
    default: false,
    description: 'Operated by you; the password grant is for such clients alone',
  })
  @MayBeAbsent()
  @IsBoolean({ message: 'must be true or false' })
  first_party?: boolean;

  @Seconds(3600)
  access_token_ttl?: number | null;

  @Seconds(30 * DAY)
  refresh_token_ttl?: number | null;

  @Seconds(30 * DAY)
  grant_ttl?: number | null;

  @ApiPropertyOptional({
    type: 'integer',
    nullable: true,
    minimum: 0,
    maximum: 60,
    description: 'Seconds in which a repeated refresh gets the same answer',
  })
  @MayBeNull()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(0, { message: 'must be at least 0' })
  @Max(60, { message: 'must be at most 60' })
  refresh_leeway?: number | null;

  @ApiPropertyOptional({ enum: SIGNING_ALGORITHMS, default: 'ES256' })
  @MayBeAbsent()
  @IsIn(SIGNING_ALGORITHMS, { message: `must be one of ${SIGNING_ALGORITHMS.join(', ')}` })
  access_token_signing_alg?: SigningAlgorithm;

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
  audiences?: string[];
}

export class CreateClient extends ClientMembers {
  @ApiProperty({ example: 'Point of sale' })
  @IsString({ message: 'must be a string' })
  @Length(1, 200, { message: 'must be 1 to 200 characters' })
  client_name: string;

  @ApiPropertyOptional({ example: 'point-of-sale', description: 'Generated when left out' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  client_id?: string;
}

export class ChangeClient extends PartialType(ClientMembers) {
  @ApiPropertyOptional({ example: 'Point of sale' })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  @Length(1, 200, { message: 'must be 1 to 200 characters' })
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
    maximum: 7 * DAY,
    description: 'Seconds for which the old secret stays good',
  })
  @MayBeAbsent()
  @IsInt({ message: 'must be a whole number of seconds' })
  @Min(0, { message: 'must be at least 0' })
  @Max(7 * DAY, { message: `must be at most ${7 * DAY}` })
  overlap?: number;
}

export class ClientAnswer {
  @ApiProperty({ example: 'point-of-sale' })
  client_id: string;

  @ApiProperty({ example: 'Point of sale' })
  client_name: string;

  @ApiProperty({ enum: ['active', 'disabled'] })
  status: 'active' | 'disabled';

  @ApiProperty()
  first_party: boolean;

  @ApiProperty({ enum: CLIENT_AUTHENTICATION_METHODS, nullable: true })
  token_endpoint_auth_method: ClientAuthenticationMethod | null;

  @ApiProperty({ enum: GRANT_TYPES, isArray: true })
  grant_types: GrantType[];

  @ApiProperty({ example: 'resources:read resources:write' })
  scope: string;

  @ApiProperty({ example: 'resources:read resources:write' })
  default_scope: string;

  @ApiProperty({ type: [String], example: [] })
  audiences: string[];

  @ApiProperty({ type: [String], example: ['https://app.example'] })
  allowed_origins: string[];

  @ApiProperty({ enum: SIGNING_ALGORITHMS })
  access_token_signing_alg: SigningAlgorithm;

  @ApiProperty({ type: 'integer', nullable: true })
  access_token_ttl: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  refresh_token_ttl: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  grant_ttl: number | null;

  @ApiProperty({ type: 'integer', nullable: true })
  refresh_leeway: number | null;

  @ApiProperty({ format: 'date-time' })
  created_at: string;

  @ApiProperty({ format: 'date-time' })
  updated_at: string;
}

export class ClientWithSecretAnswer extends ClientAnswer {
  @ApiPropertyOptional({ description: 'Shown this once; absent for a public client' })
  client_secret?: string;
}

export class ClientPage extends PageAnswer {
  @ApiProperty({ type: [ClientAnswer] })
  items: ClientAnswer[];
}

/** The registration that a body asks for; `undefined` stays "not said". */
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
    signingAlgorithm: body.access_token_signing_alg,
    accessTokenTtl: body.access_token_ttl,
    refreshTokenTtl: body.refresh_token_ttl,
    grantTtl: body.grant_ttl,
    refreshLeeway: body.refresh_leeway,
  };
}

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
    access_token_signing_alg: client.signingAlgorithm,
    access_token_ttl: client.accessTokenTtl,
    refresh_token_ttl: client.refreshTokenTtl,
    grant_ttl: client.grantTtl,
    refresh_leeway: client.refreshLeeway,
    created_at: client.createdAt.toISOString(),
    updated_at: client.updatedAt.toISOString(),
  };
}

function scopeList(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  return text === '' ? [] : parseScope(text);
}
