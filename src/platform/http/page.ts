import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { UUID } from '../../protocol/characters.js';
import { InvalidInput } from '../../protocol/problem.js';
import { MayBeAbsent } from './members.js';

const DEFAULT_LIMIT = 20;
const MOST = 100;
const NOT_A_LIMIT = `must be a whole number from 1 to ${MOST}`;

/** The query of every list: newest first, page by page. */
export class PageQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MOST,
    default: DEFAULT_LIMIT,
    description: 'How many items a page has',
  })
  @MayBeAbsent()
  @Transform(({ value }: { value: unknown }) => wholeNumber(value))
  @IsInt({ message: NOT_A_LIMIT })
  @Min(1, { message: NOT_A_LIMIT })
  @Max(MOST, { message: NOT_A_LIMIT })
  limit: number = DEFAULT_LIMIT;

  @ApiPropertyOptional({ maxLength: 256, description: '`next_cursor` of the page before' })
  @MayBeAbsent()
  @IsString({ message: 'must be one string' })
  @MaxLength(256, { message: 'is not a cursor of this list' })
  cursor?: string;
}

/** Decimal digits and nothing else: not `1e1`, `0x10` or a blank, which `Number` would take. */
function wholeNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

/** The members that every list answers with. */
export abstract class PageAnswer {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Pass it as `cursor` for the next page; null on the last one',
    example: null,
  })
  next_cursor: string | null;
}

/** Where a page begins: after the item with this time-ordered id. Undefined on the first page. */
export function startOf({ cursor }: PageQuery): string | undefined {
  if (cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!UUID.test(id) || cursorOf(id) !== cursor) {
    throw new InvalidInput([{ pointer: '/cursor', detail: 'is not a cursor of this list' }]);
  }
  return id;
}

/** Cuts a page from rows fetched with one more than `limit`, which tells whether another page follows. */
export function pageOf<Row extends { id: string }>(
  rows: Row[],
  { limit }: PageQuery,
): { rows: Row[]; next_cursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next_cursor: rows.length > limit && last ? cursorOf(last.id) : null };
}

function cursorOf(id: string): string {
  return Buffer.from(id, 'latin1').toString('base64url');
}
