/** How a proxy asks. Each has a path of its own, so that none is guessed. */
export const DIALECTS = ['nginx', 'caddy', 'traefik', 'haproxy', 'envoy'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** Fields that say which request is meant, and what of it. */
export const FIELDS = [
  { name: 'x-original-method', says: 'method' },
  { name: 'x-original-uri', says: 'rawTarget' },
  { name: 'x-original-url', says: 'rawTarget' },
  { name: 'x-forwarded-method', says: 'method' },
  { name: 'x-forwarded-uri', says: 'rawTarget' },
] as const;

/** Fields that no proxy sends twice. X-Forwarded-For is a list, which may. */
export const SINGLE_FIELDS: readonly string[] = [
  ...FIELDS.map(({ name }) => name),
  'x-forwarded-host',
  'x-forwarded-proto',
];

/** Whose address a call without a token is counted by. Without it, all of them would be the proxy's own. */
const WHO = [['x-forwarded-for']];

const X_FORWARDED = [...WHO, ['x-forwarded-method'], ['x-forwarded-uri']];

/** What the sub-request of each dialect must have: of every line one. */
export const REQUIRED: Record<Dialect, readonly (readonly string[])[]> = {
  // deploy/nginx.conf, as the documentation of ngx_http_auth_request_module suggests.
  nginx: [...WHO, ['x-original-method'], ['x-original-uri', 'x-original-url']],
  // https://caddyserver.com/docs/caddyfile/directives/forward_auth
  caddy: [...X_FORWARDED, ['x-forwarded-host'], ['x-forwarded-proto']],
  // https://doc.traefik.io/traefik/middlewares/http/forwardauth/
  traefik: [...X_FORWARDED, ['x-forwarded-host'], ['x-forwarded-proto']],
  // deploy/haproxy.lua, and haproxy-auth-request where the frontend sets these before.
  haproxy: X_FORWARDED,
  // Method and path are those of the sub-request: envoy.extensions.filters.http.ext_authz.v3.HttpService
  envoy: WHO,
};
