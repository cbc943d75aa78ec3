import {
  DEFAULT_HEALTH,
  DEFAULT_LIMIT_KEY,
  DEFAULT_ROUTE,
  DEFAULT_TIMEOUTS,
  DEFAULT_UPSTREAM,
} from '../route-defaults.js';
import type {
  IdentityMode,
  LimitKey,
  Quota,
  Route,
  SpikeArrest,
  Upstream,
  UpstreamTimeouts,
} from '../route.js';
import { UNUSUAL_FORMS, type UnusualForm } from '../../paths/unusual-forms.js';
import { bytesOf, millisecondsOf, rateOf } from './units.js';

/** A route as the file has it, once the schema has nothing against it. */
export interface RouteEntry {
  id: string;
  path: string;
  paths?: Partial<Record<UnusualForm, boolean>>;
  methods?: string[];
  public?: boolean;
  scopes?: string[] | Record<string, string[]>;
  audience?: string;
  identity?: IdentityMode;
  forward_authorization?: boolean;
  forwarded_header?: boolean;
  drop_headers?: string[];
  keep_headers?: string[];
  request_headers?: HeaderRulesEntry;
  response_headers?: HeaderRulesEntry;
  upstream: string | UpstreamEntry;
  timeouts?: { connect?: string; headers?: string; idle?: string; total?: string };
  retry?: 'on' | 'off';
  max_body?: string;
  spike_arrest?: string | (string | { rate: string; by?: LimitKey })[];
  quotas?: Quota[];
  websocket?: boolean;
  redirect_origins?: string[];
  cors?: CorsEntry;
}

/** Values by field name. */
export type HeaderValuesEntry = Record<string, string | { value_file: string }>;

/** `request_headers` or `response_headers` of an entry. */
export interface HeaderRulesEntry {
  set?: HeaderValuesEntry;
  add?: HeaderValuesEntry;
  remove?: string[];
}

export interface CorsEntry {
  allowed_headers?: string[];
  exposed_headers?: string[];
  methods?: string[];
  max_age?: string;
}

export interface UpstreamEntry {
  targets: string[];
  strip_prefix?: string;
  add_prefix?: string;
  tls?: TlsEntry;
  max_in_flight?: number;
  breaker?: { failures?: number; open?: string };
  health?: HealthEntry;
}

export interface HealthEntry {
  path: string;
  interval?: string;
  timeout?: string;
}

export interface TlsEntry {
  ca_file?: string;
  cert_file?: string;
  key_file?: string;
  server_name?: string;
}

/**
 * The route of an entry, with a default for each absent member. Rules about header fields need files, and are read by
 * `readHeaderRules`.
 * @param audience of a route that names none
 */
export function routeOf(entry: RouteEntry, tls: Upstream['tls'], audience: string): Route {
  const isPublic = entry.public ?? DEFAULT_ROUTE.public;
  const upstream = upstreamEntryOf(entry);
  return {
    id: entry.id,
    path: entry.path,
    paths: permittedForms(entry),
    methods: entry.methods ?? DEFAULT_ROUTE.methods,
    public: isPublic,
    scopes: Array.isArray(entry.scopes) ? { '*': entry.scopes } : (entry.scopes ?? DEFAULT_ROUTE.scopes),
    audience: entry.audience ?? audience,
    identity: isPublic ? 'none' : (entry.identity ?? DEFAULT_ROUTE.identity),
    forwardAuthorization: entry.forward_authorization ?? DEFAULT_ROUTE.forwardAuthorization,
    forwardedHeader: entry.forwarded_header ?? DEFAULT_ROUTE.forwardedHeader,
    dropHeaders: entry.drop_headers ?? DEFAULT_ROUTE.dropHeaders,
    keepHeaders: entry.keep_headers ?? DEFAULT_ROUTE.keepHeaders,
    requestHeaders: DEFAULT_ROUTE.requestHeaders,
    responseHeaders: DEFAULT_ROUTE.responseHeaders,
    upstream: upstreamOf(upstream, tls),
    stripPrefix: upstream.strip_prefix ?? DEFAULT_ROUTE.stripPrefix,
    addPrefix: upstream.add_prefix ?? DEFAULT_ROUTE.addPrefix,
    timeouts: timeoutsOf(entry.timeouts ?? {}),
    retry: entry.retry === undefined ? DEFAULT_ROUTE.retry : entry.retry === 'on',
    maxBodyBytes: entry.max_body === undefined ? DEFAULT_ROUTE.maxBodyBytes : bytesOf(entry.max_body),
    spikeArrest: [entry.spike_arrest ?? DEFAULT_ROUTE.spikeArrest].flat().map(spikeArrestOf),
    quotas: entry.quotas ?? DEFAULT_ROUTE.quotas,
    webSocket: entry.websocket ?? DEFAULT_ROUTE.webSocket,
    redirectOrigins: entry.redirect_origins ?? DEFAULT_ROUTE.redirectOrigins,
    cors: entry.cors === undefined ? DEFAULT_ROUTE.cors : corsOf(entry.cors),
  };
}

/** The unusual forms of paths that an entry permits. */
export function permittedForms({ paths = {} }: RouteEntry): UnusualForm[] {
  return UNUSUAL_FORMS.filter((form) => paths[form] === true);
}

/** The upstream of an entry in its long form. */
export function upstreamEntryOf({ upstream }: RouteEntry): UpstreamEntry {
  return typeof upstream === 'string' ? { targets: [upstream] } : upstream;
}

function upstreamOf(
  { targets, max_in_flight, breaker, health }: UpstreamEntry,
  tls: Upstream['tls'],
): Upstream {
  const { maxInFlight, breaker: defaults } = DEFAULT_UPSTREAM;
  return {
    targets,
    tls,
    maxInFlight: max_in_flight ?? maxInFlight,
    breaker: {
      failures: breaker?.failures ?? defaults.failures,
      openMs: durationOr(defaults.openMs, breaker?.open),
    },
    health: health === undefined ? DEFAULT_UPSTREAM.health : healthOf(health),
  };
}

/** The health check of an entry, with a default for whatever it does not say. */
export function healthOf({ path, interval, timeout }: HealthEntry): NonNullable<Upstream['health']> {
  return {
    path,
    intervalMs: durationOr(DEFAULT_HEALTH.intervalMs, interval),
    timeoutMs: durationOr(DEFAULT_HEALTH.timeoutMs, timeout),
  };
}

function timeoutsOf(said: NonNullable<RouteEntry['timeouts']>): UpstreamTimeouts {
  return {
    connect: durationOr(DEFAULT_TIMEOUTS.connect, said.connect),
    headers: durationOr(DEFAULT_TIMEOUTS.headers, said.headers),
    idle: durationOr(DEFAULT_TIMEOUTS.idle, said.idle),
    total: durationOr(DEFAULT_TIMEOUTS.total, said.total),
  };
}

function durationOr<T>(fallback: T, said: string | undefined): T | number {
  return said === undefined ? fallback : millisecondsOf(said);
}

function corsOf({ allowed_headers, exposed_headers, methods, max_age }: CorsEntry): Route['cors'] {
  return {
    allowedHeaders: allowed_headers ?? [],
    exposedHeaders: exposed_headers ?? [],
    methods,
    maxAge: max_age === undefined ? undefined : Math.ceil(millisecondsOf(max_age) / 1_000),
  };
}

function spikeArrestOf(said: string | { rate: string; by?: LimitKey }): SpikeArrest {
  return typeof said === 'string'
    ? { ...rateOf(said), by: DEFAULT_LIMIT_KEY }
    : { ...rateOf(said.rate), by: said.by ?? DEFAULT_LIMIT_KEY };
}
