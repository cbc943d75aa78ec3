import { ApiProperty } from '@nestjs/swagger';
import type { HeaderRules } from '../headers/header-rules.js';
import type { ActiveRoutes } from '../routes/active-routes.js';
import type { IdentityMode, Quota, Route, SpikeArrest } from '../routes/route.js';
import { UNUSUAL_FORMS, type UnusualForm } from '../paths/unusual-forms.js';
import { IDENTITY_MODES } from '../routes/identity-modes.js';
import { MILLISECONDS, UpstreamAnswer, upstreamAnswerOf } from './upstream-answer.dto.js';

class SpikeArrestAnswer {
  @ApiProperty({ type: 'integer', example: 30 })
  rate: number;

  @ApiProperty({ enum: ['second', 'minute'] })
  per: SpikeArrest['per'];

  @ApiProperty({ type: String, example: 'route' })
  by: string;
}

class QuotaAnswer {
  @ApiProperty({ type: 'integer', example: 1000 })
  limit: number;

  @ApiProperty({ enum: ['minute', 'hour', 'day'], example: 'hour' })
  per: Quota['per'];

  @ApiProperty({ type: String, example: 'client' })
  by: string;
}

class TimeoutsAnswer {
  @ApiProperty({ type: 'integer', description: MILLISECONDS, example: 3_000 })
  connect_ms: number;

  @ApiProperty({ type: 'integer', description: MILLISECONDS, example: 30_000 })
  headers_ms: number;

  @ApiProperty({ type: 'integer', description: MILLISECONDS, example: 60_000 })
  idle_ms: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Milliseconds; null for as long as it takes',
    example: null,
  })
  total_ms: number | null;
}

class HeaderRulesAnswer {
  @ApiProperty({ type: [String], description: 'Names; values may be secrets', example: ['X-Tenant'] })
  set: readonly string[];

  @ApiProperty({ type: [String], example: [] })
  add: readonly string[];

  @ApiProperty({ type: [String], example: [] })
  remove: readonly string[];
}

class CorsAnswer {
  @ApiProperty({ type: [String], example: ['X-Client-Version'] })
  allowed_headers: readonly string[];

  @ApiProperty({ type: [String], example: ['Link', 'X-Total-Count'] })
  exposed_headers: readonly string[];

  @ApiProperty({ type: [String], nullable: true, description: 'Null for the usual ones', example: null })
  methods: readonly string[] | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Seconds; null for the usual ones',
    example: 600,
  })
  max_age: number | null;
}

export class RouteAnswer {
  @ApiProperty({ example: 'orders' })
  id: string;

  @ApiProperty({ example: '/api/orders/**' })
  path: string;

  @ApiProperty({ enum: UNUSUAL_FORMS, isArray: true, description: 'Forms of paths that pass', example: [] })
  paths: readonly UnusualForm[];

  @ApiProperty({
    type: [String],
    nullable: true,
    description: 'Null for GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS',
    example: ['GET', 'POST'],
  })
  methods: readonly string[] | null;

  @ApiProperty({ description: 'Anyone may call', example: false })
  public: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'string' } },
    description: 'By method, and `*` for those that are not named',
    example: { GET: ['orders:read'], '*': ['orders:write'] },
  })
  scopes: Readonly<Record<string, readonly string[]>>;

  @ApiProperty({ example: 'https://orders.example' })
  audience: string;

  @ApiProperty({ enum: IDENTITY_MODES, example: 'assertion' })
  identity: IdentityMode;

  @ApiProperty({ example: false })
  forward_authorization: boolean;

  @ApiProperty({ description: 'The upstream gets Forwarded (RFC 7239)', example: false })
  forwarded_header: boolean;

  @ApiProperty({ type: [String], description: 'Fields of clients that the upstream never gets', example: [] })
  drop_headers: readonly string[];

  @ApiProperty({ type: [String], description: 'Fields that other routes drop', example: [] })
  keep_headers: readonly string[];

  @ApiProperty()
  request_headers: HeaderRulesAnswer;

  @ApiProperty()
  response_headers: HeaderRulesAnswer;

  @ApiProperty()
  upstream: UpstreamAnswer;

  @ApiProperty()
  timeouts: TimeoutsAnswer;

  @ApiProperty({ description: 'Whether a request may be sent once more', example: true })
  retry: boolean;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Bytes; null for any size',
    example: 1_048_576,
  })
  max_body_bytes: number | null;

  @ApiProperty({ type: [SpikeArrestAnswer] })
  spike_arrest: readonly SpikeArrestAnswer[];

  @ApiProperty({ type: [QuotaAnswer] })
  quotas: readonly QuotaAnswer[];

  @ApiProperty({ example: false })
  websocket: boolean;

  @ApiProperty({ type: [String], example: [] })
  redirect_origins: readonly string[];

  @ApiProperty({ type: CorsAnswer, nullable: true, example: null })
  cors: CorsAnswer | null;
}

/** The table in force. Not in pages: it is taken up whole, and a page of one table does not go with one of the next. */
export class RouteTableAnswer {
  @ApiProperty({ enum: ['file', 'configuration'] })
  source: 'file' | 'configuration';

  @ApiProperty({ format: 'date-time', example: '2026-03-02T09:15:04.120Z' })
  in_force_since: string;

  @ApiProperty({ type: [RouteAnswer], description: 'In the order of precedence' })
  items: RouteAnswer[];
}

export function routeTableAnswerOf({ current, since, isFromFile }: ActiveRoutes): RouteTableAnswer {
  return {
    source: isFromFile ? 'file' : 'configuration',
    in_force_since: since.toISOString(),
    items: current.routes.map(routeAnswerOf),
  };
}

function routeAnswerOf(route: Route): RouteAnswer {
  const { connect, headers, idle, total } = route.timeouts;
  return {
    id: route.id,
    path: route.path,
    paths: route.paths,
    methods: route.methods ?? null,
    public: route.public,
    scopes: route.scopes,
    audience: route.audience,
    identity: route.identity,
    forward_authorization: route.forwardAuthorization,
    forwarded_header: route.forwardedHeader,
    drop_headers: route.dropHeaders,
    keep_headers: route.keepHeaders,
    request_headers: namesIn(route.requestHeaders),
    response_headers: namesIn(route.responseHeaders),
    upstream: upstreamAnswerOf(route),
    timeouts: { connect_ms: connect, headers_ms: headers, idle_ms: idle, total_ms: total ?? null },
    retry: route.retry,
    max_body_bytes: route.maxBodyBytes ?? null,
    spike_arrest: route.spikeArrest,
    quotas: route.quotas,
    websocket: route.webSocket,
    redirect_origins: route.redirectOrigins,
    cors: corsAnswerOf(route.cors),
  };
}

function namesIn({ set, add, remove }: HeaderRules): HeaderRulesAnswer {
  return { set: set.map(({ name }) => name), add: add.map(({ name }) => name), remove };
}

function corsAnswerOf(cors: Route['cors']): CorsAnswer | null {
  if (cors === undefined) return null;
  const { allowedHeaders, exposedHeaders, methods, maxAge } = cors;
  return {
    allowed_headers: allowedHeaders,
    exposed_headers: exposedHeaders,
    methods: methods ?? null,
    max_age: maxAge ?? null,
  };
}
