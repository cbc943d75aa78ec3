import { anyOf } from './field-name.js';

/** Fields that reveal internals and help only attackers. */
export const isRevealing = anyOf(
  'server',
  'via',
  'x-powered-by',
  'x-aspnet-version',
  'x-aspnetmvc-version',
  'x-runtime',
  'x-generator',
  'x-served-by',
  'x-backend*',
  'x-upstream*',
  'sourcemap',
  'x-sourcemap',
);

/**
 * Fields that only this server may send. They decide about cross-origin reads, or hold for the whole origin, which
 * several upstreams share (storage, service workers, reports), or name another location of a resource.
 */
export const isOurs = anyOf(
  'access-control-*',
  'strict-transport-security',
  'alt-svc',
  'clear-site-data',
  'service-worker-allowed',
  'report-to',
  'reporting-endpoints',
  'nel',
  'uri',
);

/** Instructions to a proxy in front of this server to send another file or page. */
export const isOrder = anyOf('x-accel-*', 'x-sendfile*', 'x-reproxy-*', 'x-lighttpd-*');

/** What caches between here and the client obey before Cache-Control. RFC 9213. */
export const overridesCacheControl = anyOf(
  'cdn-cache-control',
  'cloudflare-cdn-cache-control',
  'vercel-cdn-cache-control',
  'netlify-cdn-cache-control',
  'akamai-cache-control',
  'edge-control',
  'surrogate-control',
);
