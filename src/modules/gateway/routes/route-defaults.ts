import { NO_RULES } from '../headers/header-rules.js';
import type { LimitKey, Route, Upstream, UpstreamTimeouts } from './route.js';

/**
 * What holds where nothing is said, for the routes of a file as for those of the configuration; the schema of the file shows
 * the same. What is undefined or empty here has no value to show.
 */

export const DEFAULT_TIMEOUTS: Readonly<UpstreamTimeouts> = Object.freeze({
  connect: 3_000,
  headers: 30_000,
  idle: 60_000,
  total: undefined,
});

/** What an upstream has that is said as one origin. */
export const DEFAULT_UPSTREAM: Readonly<Omit<Upstream, 'targets'>> = Object.freeze({
  tls: undefined,
  maxInFlight: 256,
  breaker: Object.freeze({ failures: 5, openMs: 10_000 }),
  health: undefined,
});

/** Of a health check that says no more than its path. */
export const DEFAULT_HEALTH = Object.freeze({ intervalMs: 10_000, timeoutMs: 2_000 });

/** What a spike arrest counts. */
export const DEFAULT_LIMIT_KEY: LimitKey = 'route';

/** The members of a route that may be left out, but for its audience. */
export const DEFAULT_ROUTE = Object.freeze({
  paths: [],
  methods: undefined,
  public: false,
  scopes: Object.freeze({}),
  identity: 'assertion',
  forwardAuthorization: false,
  forwardedHeader: false,
  dropHeaders: [],
  keepHeaders: [],
  requestHeaders: NO_RULES,
  responseHeaders: NO_RULES,
  stripPrefix: '',
  addPrefix: '',
  timeouts: DEFAULT_TIMEOUTS,
  retry: true,
  maxBodyBytes: undefined,
  spikeArrest: [],
  quotas: [],
  webSocket: false,
  redirectOrigins: [],
  cors: undefined,
} as const satisfies Partial<Route>);
