import type { GatewayConfig } from '../../../config/config.js';
import { DEFAULT_ROUTE, DEFAULT_UPSTREAM } from './route-defaults.js';
import type { Route } from './route.js';

/**
 * The table of a gateway without a file of routes: the API, and what the identity role serves. No route asks for scopes:
 * both roles check access themselves.
 */
export function configuredRoutes(config: GatewayConfig): Route[] {
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
