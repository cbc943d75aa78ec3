import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsString,
  Length,
  Matches,
  MaxLength,
  Validate,
} from 'class-validator';
import { MayBeAbsent, MayBeNull } from '../../../platform/http/members.js';
import { PageAnswer } from '../../../platform/http/page.js';
import { PRINTABLE } from '../../../protocol/characters.js';
import type { UserAttributes } from '../../../protocol/user-attributes.js';
import type { User } from '../user.js';
import { ATTRIBUTES, IsAttributes } from './attributes-member.js';

export const STATUSES = ['active', 'disabled'] as const;
export const ROLE = /^[A-Za-z0-9._:-]{1,64}$/;

class UserMembers {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: 200,
    example: 'Alice Example',
  })
  @MayBeNull()
  @IsString({ message: 'must be a string' })
  @Length(1, 200, { message: 'must be 1 to 200 characters' })
  @Matches(PRINTABLE, { message: 'must not hold control characters' })
  name?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    format: 'email',
    maxLength: 254,
    example: 'alice@example.com',
  })
  @MayBeNull()
  @IsEmail({}, { message: 'must be an e-mail address' })
  @MaxLength(254, { message: 'must be at most 254 characters' })
  @Matches(PRINTABLE, { message: 'must not hold control characters' })
  email?: string | null;

  @ApiPropertyOptional({ description: 'At creation false', example: false })
  @MayBeAbsent()
  @IsBoolean({ message: 'must be true or false' })
  email_verified?: boolean;

  @ApiPropertyOptional({
    type: [String],
    maxItems: 32,
    description: 'At creation none; `admin` lets a person hold administration scopes',
    example: [],
  })
  @MayBeAbsent()
  @IsArray({ message: 'must be a list' })
  @ArrayMaxSize(32, { message: 'must have at most 32 entries' })
  @IsString({ each: true, message: 'must hold strings' })
  @Matches(ROLE, { each: true, message: 'must hold role names of A-Z a-z 0-9 . _ : -' })
  roles?: string[];

  @ApiPropertyOptional({
    ...ATTRIBUTES,
    description:
      'Whatever else is known, by names of your own; at creation nothing, and a change replaces all of it',
  })
  @MayBeAbsent()
  @Validate(IsAttributes)
  attributes?: UserAttributes;

  @ApiPropertyOptional({
    enum: STATUSES,
    description: 'At creation `active`; `disabled` ends the person’s tokens',
  })
  @MayBeAbsent()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  status?: (typeof STATUSES)[number];

  @ApiPropertyOptional({
    format: 'password',
    minLength: 15,
    maxLength: 1024,
    description:
      'Code points of any kind; refused when it is easy to guess, for example made of common words or of the username, the name or the e-mail address',
    example: 'tractor yellow moonlight',
  })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  password?: string;
}

export class CreateUser extends UserMembers {
  @ApiProperty({
    maxLength: 128,
    description:
      'Signs in in any case; words are separated by single spaces, and look-alike letters of mixed scripts are refused',
    example: 'alice',
  })
  @IsString({ message: 'must be a string' })
  @MaxLength(512, { message: 'must be at most 128 characters' })
  username: string;

  @ApiPropertyOptional({
    description:
      'Instead of a password: a hash of another system (argon2, bcrypt, scrypt, PBKDF2), as a PHC or modular crypt ' +
      'string or as ASP.NET, Django, Flask, LDAP directories, Nextcloud, Spring or WordPress write it. ' +
      'Refused when it costs more than IMPORT_MAX_COST. The first sign-in turns it into argon2id.',
  })
  @MayBeAbsent()
  @IsString({ message: 'must be a string' })
  password_hash?: string;
}

export class ChangeUser extends UserMembers {}

export class ChangeOwnPassword {
  @ApiProperty({ format: 'password', example: 'tractor yellow moonlight' })
  @IsString({ message: 'must be a string' })
  current_password: string;

  @ApiProperty({ format: 'password', minLength: 15, maxLength: 1024, example: 'seven green bicycles sing' })
  @IsString({ message: 'must be a string' })
  new_password: string;
}

export class UserAnswer {
  @ApiProperty({ format: 'uuid', example: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10' })
  id: string;

  @ApiProperty({ example: 'alice' })
  username: string;

  @ApiProperty({ type: String, nullable: true, example: 'Alice Example' })
  name: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'alice@example.com' })
  email: string | null;

  @ApiProperty({ example: false })
  email_verified: boolean;

  @ApiProperty({ type: [String], example: [] })
  roles: string[];

  @ApiProperty(ATTRIBUTES)
  attributes: UserAttributes;

  @ApiProperty({ enum: STATUSES, example: 'active' })
  status: (typeof STATUSES)[number];

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:04.120Z' })
  created_at: string;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:04.120Z' })
  updated_at: string;
}

/** What an administrator should know of a username that was accepted. */
export const DOTTED_TWIN = {
  pointer: '/username',
  detail:
    'Another username differs from this one only in the dots of i. Where a device writes capital letters by Azerbaijani ' +
    'or Turkish rules, a sign-in can mean either user: one that is no exact match is refused.',
};

export class WarningAnswer {
  @ApiProperty({ description: 'The member, as a JSON Pointer', example: DOTTED_TWIN.pointer })
  pointer: string;

  @ApiProperty({ example: DOTTED_TWIN.detail })
  detail: string;
}

export class CreatedUserAnswer extends UserAnswer {
  @ApiPropertyOptional({
    type: [WarningAnswer],
    description: 'What was accepted and can still go wrong; absent when there is nothing',
  })
  warnings?: WarningAnswer[];
}

export class UserPage extends PageAnswer {
  @ApiProperty({ type: [UserAnswer] })
  items: UserAnswer[];
}

export function userAnswerOf(user: User): UserAnswer {
  return {
    id: user.id,
    username: user.username,
    name: user.name,
    email: user.email,
    email_verified: user.emailVerified,
    roles: [...user.roles],
    attributes: user.attributes,
    status: user.status,
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
  };
}
