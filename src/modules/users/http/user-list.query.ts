import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import { MayBeAbsent } from '../../../platform/http/members.js';
import { PageQuery } from '../../../platform/http/page.js';
import { PRINTABLE } from '../../../protocol/characters.js';
import type { UserFilter } from '../user-store.js';
import { ROLE, STATUSES } from './user.dto.js';

const MAX_LENGTH = 254;

/** A text to find users by. */
function SearchText(description: string, example: string): PropertyDecorator {
  const rules = [
    ApiPropertyOptional({ minLength: 1, maxLength: MAX_LENGTH, description, example }),
    MayBeAbsent(),
    IsString({ message: 'must be one string' }),
    Length(1, MAX_LENGTH, { message: `must be 1 to ${MAX_LENGTH} characters` }),
    Matches(PRINTABLE, { message: 'must not hold control characters' }),
  ];
  return (target, key) => rules.forEach((rule) => rule(target, key));
}

/** The query of `GET /admin/users`: users that meet every condition. */
export class UserListQuery extends PageQuery {
  @SearchText('The whole username, in any case', 'alice')
  username?: string;

  @SearchText('The whole e-mail address, in any case', 'alice@example.com')
  email?: string;

  @SearchText('What the username, the name or the e-mail address begins with, in any case', 'ali')
  q?: string;

  @ApiPropertyOptional({ enum: STATUSES })
  @MayBeAbsent()
  @IsIn(STATUSES, { message: `must be one of ${STATUSES.join(', ')}` })
  status?: (typeof STATUSES)[number];

  @ApiPropertyOptional({ description: 'A role that the user has, among others or alone', example: 'admin' })
  @MayBeAbsent()
  @IsString({ message: 'must be one string' })
  @Matches(ROLE, { message: 'must be a role name of A-Z a-z 0-9 . _ : -' })
  role?: string;
}

export function filterOf({ username, email, q, status, role }: UserListQuery): UserFilter {
  return { username, email, prefix: q, status, role };
}
