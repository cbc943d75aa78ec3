import { anyOf } from './field-name.js';

/** What tells of the inside, and helps only those who look for a way in. */
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
 * What is this server's to say: who may read across origins, what holds for the whole origin, which is that of other
 * upstreams too (its storage, its service workers, its reports), and where the client is said to find a resource otherwise.
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

/** Orders to a proxy in front of this server, to send another file or page. */
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
