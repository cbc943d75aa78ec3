import { anyOf } from './field-name.js';

/**
 * Who the caller is, in the dialect of one proxy or another. Upstreams believe them, so from a client none may pass,
 * whatever the route's own identity mode is; and what an upstream says about identities stays inside. A list of names
 * cannot be complete: what else an upstream believes is for its route to drop.
 */
export const isIdentity = anyOf(
  // Ours, and names in common use.
  'x-identity*',
  'x-user*',
  'user',
  'username',
  'user-name',
  'userid',
  'user-id',
  'auth-user*',
  'x-login*',
  'x-account*',
  'x-customer*',
  'x-member*',
  'x-admin*',
  'x-is-admin',
  'x-client-id',
  'x-scope',
  'x-scopes',
  'x-role',
  'x-roles',
  'x-group',
  'x-groups',
  'x-email',
  'x-subject',
  'x-sub',
  'x-uid',
  'x-principal*',
  'x-id-token',
  'x-access-token',
  'x-jwt*',
  'x-claim*',
  'x-permission*',
  // Whose data: the tenant of whoever calls.
  'x-tenant*',
  'x-org',
  'x-org-*',
  'x-organization*',
  'x-organisation*',
  // A credential, or what became of it, under another name than Authorization.
  'x-auth',
  'x-auth-*',
  'x-authenticated*',
  'x-authorization*',
  'x-serverless-authorization',
  // For whom the caller says that it acts.
  'x-impersonate-*',
  'impersonate-*',
  'x-on-behalf-of*',
  'x-act-as*',
  // Authelia, Apache and CGI; SSO agents of Grafana, Kubernetes' front proxy.
  'remote-*',
  'x-remote-*',
  'x-webauth-*',
  // oauth2-proxy, besides X-Auth-Request-*. Its X-Forwarded-User and so on are among the forwarding fields.
  'gap-auth',
  'gap-signature',
  // Kong.
  'x-consumer-*',
  'x-credential-*',
  'x-anonymous-consumer',
  // Authentik, Pomerium, Vouch, Tailscale, Hasura.
  'x-authentik-*',
  'x-pomerium-*',
  'x-vouch-*',
  'tailscale-*',
  'x-hasura-*',
  // Identity-aware load balancers: Google, AWS, Azure, Cloudflare.
  'x-goog-authenticated-user-*',
  'x-goog-iap-*',
  'x-endpoint-api-userinfo',
  'x-apigateway-api-*',
  'x-amzn-oidc-*',
  'x-amzn-mtls-*',
  'x-ms-client-principal*',
  'x-ms-token-*',
  'cf-access-*',
  // mod_auth_openidc, Mellon, Shibboleth, SiteMinder, IBM, Oracle.
  'oidc-*',
  'mellon-*',
  'shib-*',
  'sm-*',
  'iv-*',
  'oam-*',
  // Certificates that a proxy in front says it has seen, RFC 9440, and the workload that one names.
  'client-cert*',
  'x-client-cert*',
  'x-client-dn',
  'x-client-verify',
  'ssl-client-*',
  'x-ssl-*',
  'x-arr-*',
  'x-spiffe*',
);

/** Where the request came from and what it was before proxies touched it. Only what this server saw itself is told. */
export const isForwarding = anyOf(
  'forwarded',
  'x-forwarded',
  'x-forwarded-*',
  'x-forward-*',
  'forwarded-*',
  'x-real-*',
  'true-client-ip',
  'client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  // From a client that we trust, the address of the user it signs in.
  'x-end-user-*',
  'x-originating-*',
  'x-original-*',
  'x-host',
  'x-host-override',
  'x-custom-ip-*',
  'x-scheme',
  'x-url-scheme',
  'x-request-id',
  'front-end-https',
  'cf-connecting-*',
  'cf-pseudo-*',
  'cf-visitor',
  'fastly-client-*',
  'fastly-ssl',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-appengine-*',
  'x-proxyuser-*',
  'x-proxy-*',
  'wl-proxy-*',
  'x-envoy-*',
);

/** What makes an upstream serve another path, method or file than the one that was authorised. */
export const isOverride = anyOf(
  // Method, path and host overrides: X-HTTP-Method-Override, X-HTTP-Path-Override, X-HTTP-DestinationURL and so on.
  'x-http-*',
  'x-method',
  'x-method-*',
  'x-override-*',
  'x-path-override',
  'x-uri-override',
  'x-url-override',
  'x-rewrite-*',
  'x-backend-*',
  // What frameworks of old call the parts of a request line.
  'http-host',
  'http-url',
  'request-uri',
  'request-url',
  'base-url',
  // Next.js took it for a call of its own, past its middleware.
  'x-middleware-*',
  // Rack and Rails map files by them.
  'x-accel-*',
  'x-sendfile*',
  // CGI makes HTTP_PROXY of it, which HTTP clients in the upstream obey ("httpoxy").
  'proxy',
);

/** Where COPY and MOVE write to: a second path, about which nothing was decided. RFC 4918 §10.3. */
export function isSecondPath(name: string): boolean {
  return name === 'destination';
}

/** The methods that have one. */
export const METHODS_WITH_SECOND_PATH: readonly string[] = ['COPY', 'MOVE'];
