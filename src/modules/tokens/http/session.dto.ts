import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length, Matches } from 'class-validator';
import { MayBeAbsent } from '../../../platform/http/members.js';
import { PageAnswer, PageQuery } from '../../../platform/http/page.js';
import { PRINTABLE } from '../../../protocol/characters.js';
import { formatScope } from '../../../protocol/scopes.js';
import type { Grant } from '../grants/grant.js';

const SUB = '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10';

export class SessionAnswer {
  @ApiProperty({ format: 'uuid', example: '019a9f3e-7c1a-7d2e-9b0a-3f6d2c8e4b10' })
  id: string;

  @ApiProperty({ example: 'grantway' })
  client_id: string;

  @ApiProperty({ example: 'profile account resources:read resources:write' })
  scope: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Address the person signed in from',
    example: '127.0.0.1',
  })
  ip: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'curl/8.5.0' })
  user_agent: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:04.120Z' })
  created_at: string;

  @ApiProperty({
    format: 'date-time',
    description: 'Sign-in or latest refresh',
    example: '2026-03-02T11:40:12.007Z',
  })
  last_used_at: string;

  @ApiProperty({
    format: 'date-time',
    description: 'The session ends then, however often it is refreshed',
    example: '2026-04-01T09:15:04.120Z',
  })
  expires_at: string;
}

export class OwnSessionAnswer extends SessionAnswer {
  @ApiProperty({ description: 'Whether this is the session of the token that asks', example: true })
  current: boolean;
}

export class AdminSessionAnswer extends SessionAnswer {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The username at the sign-in; null for sessions of before it was kept',
    example: 'alice',
  })
  username: string | null;

  @ApiProperty({ format: 'uuid', description: 'The person', example: SUB })
  sub: string;
}

/** The query of `GET /admin/sessions`: sessions that meet every condition. */
export class AdminSessionQuery extends PageQuery {
  @ApiPropertyOptional({ minLength: 1, maxLength: 255, description: 'Sessions of this user', example: SUB })
  @MayBeAbsent()
  @IsString({ message: 'must be one string' })
  @Length(1, 255, { message: 'must be 1 to 255 characters' })
  @Matches(PRINTABLE, { message: 'must not hold control characters' })
  sub?: string;

  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 255,
    description: 'Sessions at this client',
    example: 'grantway',
  })
  @MayBeAbsent()
  @IsString({ message: 'must be one string' })
  @Length(1, 255, { message: 'must be 1 to 255 characters' })
  @Matches(PRINTABLE, { message: 'must not hold control characters' })
  client_id?: string;
}

export class OwnSessionPage extends PageAnswer {
  @ApiProperty({ type: [OwnSessionAnswer] })
  items: OwnSessionAnswer[];
}

export class AdminSessionPage extends PageAnswer {
  @ApiProperty({ type: [AdminSessionAnswer] })
  items: AdminSessionAnswer[];
}

/** A grant as its person sees it. */
export function sessionAnswerOf(grant: Grant): SessionAnswer {
  return {
    id: grant.id,
    client_id: grant.clientId,
    scope: formatScope(grant.scope),
    ip: grant.ip,
    user_agent: grant.userAgent,
    created_at: grant.createdAt.toISOString(),
    last_used_at: grant.lastUsedAt.toISOString(),
    expires_at: grant.expiresAt.toISOString(),
  };
}
