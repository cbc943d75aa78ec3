import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Matches, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../../../platform/http/members.js';
import type { Explanation } from '../routes/route-table.js';
import type { IdentityMode } from '../routes/route.js';
import { IDENTITY_MODES } from '../routes/identity-modes.js';

/** A request to be explained. */
export class ExplainQuery {
  @ApiPropertyOptional({ default: 'GET', maxLength: 32, pattern: '^[A-Z][A-Z-]*$', example: 'GET' })
  @MayBeAbsent()
  @IsString({ message: 'must be one text' })
  @MaxLength(32, { message: 'must be at most 32 characters' })
  @Matches(/^[A-Z][A-Z-]*$/, { message: 'must be a method in upper case' })
  method: string = 'GET';

  @ApiProperty({
    description: 'As it stands in a request line, with or without a query',
    example: '/api/resources',
  })
  @IsString({ message: 'must be one text' })
  path: string;
}

class ForwardedAnswer {
  @ApiProperty({ example: 'orders' })
  route: string;

  @ApiProperty({ description: 'Anyone may call', example: false })
  public: boolean;

  @ApiProperty({ type: [String], description: 'What a token must have, all of it', example: ['orders:read'] })
  scopes: readonly string[];

  @ApiProperty({ example: 'https://orders.example' })
  audience: string;

  @ApiProperty({ enum: IDENTITY_MODES, example: 'assertion' })
  identity: IdentityMode;

  @ApiProperty({ description: 'What the upstream receives', example: '/v2/orders/7' })
  upstream_path: string;

  @ApiProperty({ type: [String], example: ['https://orders.internal:8443'] })
  targets: readonly string[];
}

class RefusedAnswer {
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Null where this server answers the path itself',
    example: 404,
  })
  status: number | null;

  @ApiProperty({ example: 'There is nothing at this path.' })
  detail: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The methods that there are, with 405',
    example: null,
  })
  allow: string | null;
}

const FORWARDED: ForwardedAnswer = {
  route: 'orders',
  public: false,
  scopes: ['orders:read'],
  audience: 'https://orders.example',
  identity: 'assertion',
  upstream_path: '/v2/orders/7',
  targets: ['https://orders.internal:8443'],
};

export class ExplanationAnswer {
  @ApiProperty({ example: 'GET' })
  method: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Canonical; null where it is refused',
    example: '/api/orders/7',
  })
  path: string | null;

  @ApiProperty({ type: ForwardedAnswer, nullable: true, example: FORWARDED })
  forwarded: ForwardedAnswer | null;

  @ApiProperty({ type: RefusedAnswer, nullable: true, example: null })
  refused: RefusedAnswer | null;
}

export function explanationAnswerOf({ method, path, forwarded, refused }: Explanation): ExplanationAnswer {
  return {
    method,
    path: path ?? null,
    forwarded: forwarded ? forwardedAnswerOf(forwarded) : null,
    refused: refused
      ? { status: refused.status ?? null, detail: refused.detail, allow: refused.allow ?? null }
      : null,
  };
}

function forwardedAnswerOf({ route, scopes, path }: NonNullable<Explanation['forwarded']>): ForwardedAnswer {
  return {
    route: route.id,
    public: route.public,
    scopes,
    audience: route.audience,
    identity: route.identity,
    upstream_path: path,
    targets: route.upstream.targets,
  };
}
