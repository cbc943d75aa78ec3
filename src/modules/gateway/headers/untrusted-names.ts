import { anyOf } from './field-name.js';

/**
 * Who the caller is, in the dialect of one proxy or another. Upstreams believe them, so from a client none may pass,
 * whatever the route's own identity mode is; and what an upstream says about identities stays inside.
 */
export const isIdentity = anyOf(
  // Ours, and names in common use.
  'x-identity*',
  'x-user*',
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
  'x-jwt-*',
  'x-authenticated-*',
  'x-impersonate-*',
  'impersonate-*',
  // Authelia, Apache and CGI; SSO agents of Grafana, Kubernetes' front proxy.
  'remote-*',
  'x-remote-*',
  'x-webauth-*',
  // oauth2-proxy. Its X-Forwarded-User and so on are among the forwarding fields.
  'x-auth-request-*',
  'x-auth-user*',
  'x-auth-email',
  'x-auth-groups',
  'x-auth-roles',
  'x-auth-subject',
  'gap-auth',
  'gap-signature',
  // Kong.
  'x-consumer-*',
  'x-credential-*',
  'x-anonymous-consumer',
  // Authentik, Pomerium, Vouch, Tailscale.
  'x-authentik-*',
  'x-pomerium-*',
  'x-vouch-*',
  'tailscale-*',
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
  // Certificates that a proxy in front says it has seen. RFC 9440.
  'client-cert*',
  'x-client-cert*',
  'x-client-dn',
  'x-client-verify',
  'ssl-client-*',
  'x-ssl-*',
  'x-arr-*',
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
  'x-originating-*',
  'x-original-*',
  'x-host',
  'x-http-host-override',
  'x-host-override',
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
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-rewrite-*',
  // Next.js took it for a call of its own, past its middleware.
  'x-middleware-*',
  // Rack and Rails map files by them.
  'x-accel-*',
  'x-sendfile*',
  // CGI makes HTTP_PROXY of it, which HTTP clients in the upstream obey ("httpoxy").
  'proxy',
);
