import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIP, IsString, Length, Matches, MaxLength } from 'class-validator';
import { MayBeNull } from '../../../platform/http/members.js';
import { CLIENT_CREDENTIAL, UNICODECHARNOCRLF } from '../../../protocol/characters.js';
import { MAX_PASSWORD_CHARACTERS, MAX_USERNAME_CHARACTERS } from '../../../protocol/credentials.js';
import type { ResourceOwner, SignedInOwner } from '../../../protocol/resource-owner.js';
import type { UserAttributes } from '../../../protocol/user-attributes.js';
import { ATTRIBUTES } from './attributes-member.js';

const NOT_ALLOWED = { message: 'must not hold line breaks or other control characters' };

/** What the gateway asks of a person who signs in, with the characters of RFC 6749 Appendix A.15 and A.16. */
export class AuthenticationRequest {
  @ApiProperty({
    minLength: 1,
    maxLength: MAX_USERNAME_CHARACTERS,
    description: 'As the person typed it',
    example: 'alice',
  })
  @IsString({ message: 'must be a string' })
  @Length(1, MAX_USERNAME_CHARACTERS, { message: `must be 1 to ${MAX_USERNAME_CHARACTERS} characters` })
  @Matches(UNICODECHARNOCRLF, NOT_ALLOWED)
  username: string;

  @ApiProperty({
    format: 'password',
    minLength: 1,
    maxLength: MAX_PASSWORD_CHARACTERS,
    description: 'As the person typed it: neither trimmed nor normalised',
    example: 'tractor yellow moonlight',
  })
  @IsString({ message: 'must be a string' })
  @Length(1, MAX_PASSWORD_CHARACTERS, { message: `must be 1 to ${MAX_PASSWORD_CHARACTERS} characters` })
  @Matches(UNICODECHARNOCRLF, NOT_ALLOWED)
  password: string;

  @ApiProperty({ maxLength: 128, description: 'The client that asks for tokens', example: 'grantway' })
  @IsString({ message: 'must be a string' })
  @Length(1, 128, { message: 'must be 1 to 128 characters' })
  @Matches(CLIENT_CREDENTIAL, { message: 'must be characters of A-Z a-z 0-9 . _ ~ -' })
  client_id: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'IPv4 or IPv6: where the client’s request came from, if the gateway knows',
    example: '192.0.2.7',
  })
  @MayBeNull()
  @IsIP(undefined, { message: 'must be an IP address' })
  ip?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 256, example: 'ExampleApp/2.1' })
  @MayBeNull()
  @IsString({ message: 'must be a string' })
  @MaxLength(256, { message: 'must be at most 256 characters' })
  @Matches(UNICODECHARNOCRLF, NOT_ALLOWED)
  user_agent?: string | null;
}

/** A person as the side that issues tokens may know one. */
export class OwnerAnswer {
  @ApiProperty({
    minLength: 1,
    maxLength: 255,
    pattern: String.raw`^[\x21\x23-\x5B\x5D-\x7E]+$`,
    description:
      'Never given to another person, nor to a client: a lower-case UUID, or text with a character beside A-Z a-z 0-9 . _ ~ -',
    example: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10',
  })
  sub: string;

  @ApiProperty({ maxLength: 256, example: 'alice' })
  username: string;

  @ApiProperty({ type: String, nullable: true, maxLength: 256, example: 'Alice Example' })
  name: string | null;

  @ApiProperty({ type: String, nullable: true, maxLength: 254, example: 'alice@example.com' })
  email: string | null;

  @ApiProperty({ example: false })
  email_verified: boolean;

  @ApiProperty({
    type: [String],
    maxItems: 64,
    description: '`admin` lets a person hold the administration scopes of the gateway',
    example: [],
  })
  roles: readonly string[];

  @ApiProperty({ ...ATTRIBUTES, description: 'Whatever else is known, by names of the directory’s own' })
  attributes: UserAttributes;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Seconds since 1970', example: 1763769600 })
  updated_at: number;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: 256,
    description:
      'Changes with the password, and so ends the sessions begun by the old one. Left out or null: they go on.',
    example: '1f0c9a52-6f0e-4d5c-9a55-0f3d3c1f7a11',
  })
  credentials_version: string | null;
}

/** A person who has just signed in. */
export class SignedInAnswer extends OwnerAnswer {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Seconds since 1970', example: 1763769600 })
  auth_time: number;

  @ApiProperty({
    type: [String],
    minItems: 1,
    maxItems: 16,
    description: 'How: RFC 8176',
    example: ['pwd'],
  })
  amr: readonly string[];
}

/** The one refusal of a person: this and nothing else. */
export class RefusalAnswer {
  @ApiProperty({ enum: ['invalid_credentials'] })
  error: 'invalid_credentials';
}

/** A person who is gone or disabled. A 404 of anything else, which ends nobody's session, does not say so. */
export class UnknownPersonAnswer {
  @ApiProperty({ enum: ['unknown_person'] })
  error: 'unknown_person';
}

export function ownerAnswerOf(owner: ResourceOwner): OwnerAnswer {
  const { sub, username, name, email, email_verified, roles, attributes, updated_at, credentials_version } =
    owner;
  return { sub, username, name, email, email_verified, roles, attributes, updated_at, credentials_version };
}

export function signedInAnswerOf(owner: SignedInOwner): SignedInAnswer {
  return { ...ownerAnswerOf(owner), auth_time: owner.auth_time, amr: owner.amr };
}
