import type { HeaderPreset } from '../identity/header-presets.js';
import type { CorsTerms } from '../../../platform/http/cors.js';
import type { HeaderRules } from '../headers/header-rules.js';
import type { UnusualForm } from '../paths/unusual-forms.js';

/** How an upstream learns who calls: a signed assertion, plain headers in a proxy's dialect, or not at all. */
export type IdentityMode = 'assertion' | 'none' | HeaderPreset;

/** A limit in Apigee's words. */
export interface SpikeArrest {
  /** Requests for each `per`, smoothed: one for each `per / rate`. */
  rate: number;
  per: 'second' | 'minute';
  /** What is counted apart. */
  by: LimitKey;
}

export interface Quota {
  /** Requests in each window. */
  limit: number;
  per: 'minute' | 'hour' | 'day';
  by: LimitKey;
}

/** The whole route, a client, a person, or the value of a claim such as `roles` or `attributes.plan`. */
export type LimitKey = 'route' | 'client' | 'user' | `claim:${string}`;

/** Milliseconds. */
export interface UpstreamTimeouts {
  /** Until the connection stands, TLS included. */
  connect: number;
  /** From the whole request sent to the header of the answer. */
  headers: number;
  /** While nothing moves in either direction. */
  idle: number;
  /** From accepting the request to the last byte of the answer; undefined for as long as it takes. */
  total: number | undefined;
}

/**
 * Where a route leads. Targets with the same origin and TLS share the count of requests in flight; connections, circuit and
 * health only where the routes agree in the breaker, the health check and the time to connect as well.
 */
export interface Upstream {
  /** Origins, each as good as the others. */
  targets: readonly string[];
  /** PEM texts, read when the file of routes was. Undefined: the system's authorities, and no certificate of ours. */
  tls: { ca?: string; certificate?: string; key?: string; serverName?: string } | undefined;
  /** Requests in flight to one target. */
  maxInFlight: number;
  breaker: { failures: number; openMs: number };
  /** Undefined: a target counts as healthy until its circuit opens. */
  health: { path: string; intervalMs: number; timeoutMs: number } | undefined;
}

/** A line of the route table, validated whole. */
export interface Route {
  id: string;
  /** `/api/orders/*` for one segment, `/api/orders/**` for that path and everything below. */
  path: string;
  /** Forms of paths that are passed on, while other routes refuse them. */
  paths: readonly UnusualForm[];
  /** In upper case; undefined for the usual ones. */
  methods: readonly string[] | undefined;
  /** Anyone may call: no token is asked for, and none is looked at. */
  public: boolean;
  /** Scopes that a method needs, or `*` for every method that is not named. Without either, no scope. */
  scopes: Readonly<Record<string, readonly string[]>>;
  /** `aud` of the assertion, and of nothing else. */
  audience: string;
  identity: IdentityMode;
  /** Whether the caller's own Authorization header goes to the upstream. */
  forwardAuthorization: boolean;
  /** Whether the upstream gets `Forwarded` (RFC 7239) beside X-Forwarded-*. */
  forwardedHeader: boolean;
  /** Fields of clients that the upstream never gets, besides those that none does. In any spelling. */
  dropHeaders: readonly string[];
  /** Fields that pass although their names are dropped on other routes. */
  keepHeaders: readonly string[];
  /** What changes in the header of requests, and of answers. */
  requestHeaders: HeaderRules;
  responseHeaders: HeaderRules;
  upstream: Upstream;
  /** Taken off the front of the path, then `addPrefix` put there. Empty for none. */
  stripPrefix: string;
  addPrefix: string;
  timeouts: UpstreamTimeouts;
  /** Whether a request may be sent once more where the upstream cannot have answered it. */
  retry: boolean;
  /** Bytes of a request body; undefined for as many as come. */
  maxBodyBytes: number | undefined;
  spikeArrest: readonly SpikeArrest[];
  quotas: readonly Quota[];
  /** Whether WebSocket handshakes are let through. */
  webSocket: boolean;
  /** Other origins that a redirect of the upstream may name. */
  redirectOrigins: readonly string[];
  /** What pages of other origins may do besides what they may everywhere. */
  cors: CorsTerms | undefined;
}
