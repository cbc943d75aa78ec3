import type { GatewayConfig } from '../../../config/config.js';
import type { Route, Upstream, UpstreamTimeouts } from './route.js';

/** What a route has that says nothing of it. */
export const DEFAULT_TIMEOUTS: UpstreamTimeouts = Object.freeze({
  connect: 3_000,
  headers: 30_000,
  idle: 60_000,
  total: undefined,
});

/** What an upstream has that is said as one origin. */
export const DEFAULT_UPSTREAM: Omit<Upstream, 'targets'> = Object.freeze({
  tls: undefined,
  maxInFlight: 256,
  breaker: Object.freeze({ failures: 5, openMs: 10_000 }),
  health: undefined,
});

/** The members of a route that may be left out, but for its audience. */
export const DEFAULT_ROUTE = Object.freeze({
  methods: undefined,
  public: false,
  scopes: Object.freeze({}),
  identity: 'assertion',
  forwardAuthorization: false,
  dropHeaders: [],
  stripPrefix: '',
  addPrefix: '',
  timeouts: DEFAULT_TIMEOUTS,
  maxBodyBytes: undefined,
  spikeArrest: [],
  quotas: [],
  webSocket: false,
  redirectOrigins: [],
} as const satisfies Partial<Route>);

/**
 * The table of a gateway without a file of routes: the API, and what the identity role serves. No route asks for scopes:
 * both roles check access themselves.
 */
export function defaultRoutes(config: GatewayConfig): Route[] {
  const { apiUrl, audience, identityUrl, identityAudience, identityTls } = config;
  const { ca, clientCertificate: certificate, clientKey: key } = identityTls;
  const api = { ...DEFAULT_UPSTREAM, targets: apiUrl === undefined ? [] : [apiUrl] };
  const identity = {
    ...DEFAULT_UPSTREAM,
    targets: identityUrl === undefined ? [] : [identityUrl],
    tls: { ca, certificate, key },
  };
  const routes: Route[] = [
    { ...DEFAULT_ROUTE, id: 'api', path: '/api/**', audience, upstream: api },
    {
      ...DEFAULT_ROUTE,
      id: 'users',
      path: '/admin/users/**',
      audience: identityAudience,
      upstream: identity,
    },
    {
      ...DEFAULT_ROUTE,
      id: 'password',
      path: '/account/password',
      audience: identityAudience,
      upstream: identity,
    },
  ];
  return routes.filter(({ upstream }) => upstream.targets.length > 0);
}
