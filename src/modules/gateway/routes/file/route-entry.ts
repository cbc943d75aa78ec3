import { DEFAULT_ROUTE, DEFAULT_TIMEOUTS, DEFAULT_UPSTREAM } from '../default-routes.js';
import type {
  IdentityMode,
  LimitKey,
  Quota,
  Route,
  SpikeArrest,
  Upstream,
  UpstreamTimeouts,
} from '../route.js';
import { bytesOf, millisecondsOf, rateOf } from './units.js';

/** A route as the file has it, once the schema has nothing against it. */
export interface RouteEntry {
  id: string;
  path: string;
  methods?: string[];
  public?: boolean;
  scopes?: string[] | Record<string, string[]>;
  audience?: string;
  identity?: IdentityMode;
  forward_authorization?: boolean;
  drop_headers?: string[];
  upstream: string | UpstreamEntry;
  timeouts?: { connect?: string; headers?: string; idle?: string; total?: string };
  max_body?: string;
  spike_arrest?: string | (string | { rate: string; by?: LimitKey })[];
  quotas?: Quota[];
  websocket?: boolean;
  redirect_origins?: string[];
}

export interface UpstreamEntry {
  targets: string[];
  strip_prefix?: string;
  add_prefix?: string;
  tls?: TlsEntry;
  max_in_flight?: number;
  breaker?: { failures?: number; open?: string };
  health?: { path: string; interval?: string; timeout?: string };
}

export interface TlsEntry {
  ca_file?: string;
  cert_file?: string;
  key_file?: string;
  server_name?: string;
}

const DEFAULT_HEALTH_INTERVAL = '10s';
const DEFAULT_HEALTH_TIMEOUT = '2s';

/**
 * The route of an entry, with a default for whatever it does not say.
 * @param audience of a route that names none
 */
export function routeOf(entry: RouteEntry, tls: Upstream['tls'], audience: string): Route {
  const isPublic = entry.public ?? DEFAULT_ROUTE.public;
  const upstream = upstreamEntryOf(entry);
  return {
    id: entry.id,
    path: entry.path,
    methods: entry.methods,
    public: isPublic,
    scopes: Array.isArray(entry.scopes) ? { '*': entry.scopes } : (entry.scopes ?? {}),
    audience: entry.audience ?? audience,
    identity: isPublic ? 'none' : (entry.identity ?? DEFAULT_ROUTE.identity),
    forwardAuthorization: entry.forward_authorization ?? DEFAULT_ROUTE.forwardAuthorization,
    dropHeaders: entry.drop_headers ?? DEFAULT_ROUTE.dropHeaders,
    upstream: upstreamOf(upstream, tls),
    stripPrefix: upstream.strip_prefix ?? '',
    addPrefix: upstream.add_prefix ?? '',
    timeouts: timeoutsOf(entry.timeouts ?? {}),
    maxBodyBytes: entry.max_body === undefined ? undefined : bytesOf(entry.max_body),
    spikeArrest: [entry.spike_arrest ?? []].flat().map(spikeArrestOf),
    quotas: entry.quotas ?? [],
    webSocket: entry.websocket ?? DEFAULT_ROUTE.webSocket,
    redirectOrigins: entry.redirect_origins ?? [],
  };
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
      openMs: breaker?.open === undefined ? defaults.openMs : millisecondsOf(breaker.open),
    },
    health: health && {
      path: health.path,
      intervalMs: millisecondsOf(health.interval ?? DEFAULT_HEALTH_INTERVAL),
      timeoutMs: millisecondsOf(health.timeout ?? DEFAULT_HEALTH_TIMEOUT),
    },
  };
}

function timeoutsOf(said: NonNullable<RouteEntry['timeouts']>): UpstreamTimeouts {
  const of = <T>(duration: string | undefined, fallback: T) =>
    duration === undefined ? fallback : millisecondsOf(duration);
  return {
    connect: of(said.connect, DEFAULT_TIMEOUTS.connect),
    headers: of(said.headers, DEFAULT_TIMEOUTS.headers),
    idle: of(said.idle, DEFAULT_TIMEOUTS.idle),
    total: of(said.total, DEFAULT_TIMEOUTS.total),
  };
}

function spikeArrestOf(said: string | { rate: string; by?: LimitKey }): SpikeArrest {
  return typeof said === 'string'
    ? { ...rateOf(said), by: 'route' }
    : { ...rateOf(said.rate), by: said.by ?? 'route' };
}
