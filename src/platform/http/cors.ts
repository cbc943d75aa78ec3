import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerConfig } from '../../config/config.js';
import type { OwnPaths } from './own-paths.js';
import { mergedVary } from './vary.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Pages of any origin may read the responses, which are the same for every user. */
    anyOrigin?: boolean;
  }
}

/** Route configuration of public documents: `@RouteConfig(ANY_ORIGIN)`. */
export const ANY_ORIGIN = { anyOrigin: true } as const;

/** Asks which web origins may read answers. Bound to the clients' registrations. */
export abstract class AllowedOrigins {
  /** @param clientId the client a request spoke for; undefined asks for any client, as a preflight must */
  abstract includes(origin: string, clientId: string | undefined): Promise<boolean>;
}

/** Where no client is known: the origins of the configuration are all there are. */
export class NoOrigins extends AllowedOrigins {
  async includes(): Promise<boolean> {
    return false;
  }
}

const ALLOWED_METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** Besides those that need no permission. Every instrumented page sends the first three: W3C Trace Context, W3C Baggage. */
const ALLOWED_HEADERS = [
  ...['traceparent', 'tracestate', 'baggage', 'X-Request-Id'],
  ...['Authorization', 'Cache-Control', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match'],
  // Server-sent events, and Swagger UI with every request for a token.
  ...['Last-Event-ID', 'X-Requested-With'],
];
const EXPOSED_HEADERS =
  'ETag, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id';
const PREFLIGHT_SECONDS = '600';

/** What one route says of cross-origin requests, besides what holds for all. */
export interface CorsTerms {
  /** Besides those that are allowed everywhere. */
  allowedHeaders: readonly string[];
  exposedHeaders: readonly string[];
  /** Undefined: the usual ones. */
  methods: readonly string[] | undefined;
  /** Seconds for which a preflight is good. */
  maxAge: number | undefined;
}

/** The terms of the route that a request leads to. */
export type CorsTermsLookup = (method: string, rawTarget: string) => CorsTerms | undefined;

/**
 * Cross-origin reading (Fetch Standard §3.2), without credentials: tokens travel in headers, never in cookies. An
 * origin is judged against the client the request spoke for, and echoed exactly or not at all.
 */
export class CorsPolicy {
  private readonly allowedHeaders: readonly string[];
  private termsOf: CorsTermsLookup = () => undefined;

  constructor(
    private readonly config: ServerConfig,
    private readonly origins: AllowedOrigins,
  ) {
    this.allowedHeaders = [...ALLOWED_HEADERS, ...config.corsAllowedHeaders];
  }

  /** Has routes that are not this process's own say more. */
  lookUpTerms(termsOf: CorsTermsLookup): void {
    this.termsOf = termsOf;
  }

  /**
   * What a preflight is answered with.
   * @param rawTarget of the request that it asks for
   */
  async preflightHeaders(
    request: FastifyRequest,
    rawTarget = request.raw.url ?? '',
  ): Promise<Record<string, string>> {
    const origin = await this.allowedOrigin(request);
    if (origin === undefined) return { Vary: 'Origin' };
    const method = String(request.headers['access-control-request-method']);
    return { Vary: 'Origin', ...this.permission(origin, this.termsOf(method, rawTarget)) };
  }

  /** What a preflight of a public document is answered with. */
  publicPreflightHeaders(): Record<string, string> {
    return this.permission('*');
  }

  /** Further fields of a response, except `Vary`. @param terms of its route */
  async answerHeaders(request: FastifyRequest, terms?: CorsTerms): Promise<Record<string, string>> {
    const origin = await this.allowedOrigin(request).catch(() => undefined);
    if (origin === undefined) return {};
    const exposed = [EXPOSED_HEADERS, ...(terms?.exposedHeaders ?? [])].join(', ');
    return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': exposed };
  }

  private permission(origin: string, terms?: CorsTerms): Record<string, string> {
    return {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Methods': terms?.methods?.join(', ') ?? ALLOWED_METHODS,
      'Access-Control-Allow-Headers': [...this.allowedHeaders, ...(terms?.allowedHeaders ?? [])].join(', '),
      'Access-Control-Max-Age': String(terms?.maxAge ?? PREFLIGHT_SECONDS),
    };
  }

  private async allowedOrigin(request: FastifyRequest): Promise<string | undefined> {
    const { origin } = request.headers;
    if (origin === undefined) return undefined;
    const isAllowed =
      this.config.corsOrigins.includes(origin) || (await this.origins.includes(origin, request.clientId));
    return isAllowed ? origin : undefined;
  }
}

/** The response is the same for every origin, so it needs no Vary. Never with credentials: Fetch Standard §3.2.5. */
const READABLE_BY_ALL = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': EXPOSED_HEADERS,
};

/** Answers preflights, and lets listed origins read every answer that a route of this process gives. */
export function registerCors(fastify: FastifyInstance, policy: CorsPolicy, ownPaths: OwnPaths): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return;
    const isPublic = ownPaths.find(request.raw.url ?? '')?.anyOrigin === true;
    const headers = isPublic ? policy.publicPreflightHeaders() : await policy.preflightHeaders(request);
    return reply.headers(headers).status(204).send();
  });

  fastify.addHook('onSend', async (request, reply: FastifyReply, payload) => {
    if (request.method === 'OPTIONS') return payload;
    if (request.routeOptions?.config?.anyOrigin) {
      void reply.headers(READABLE_BY_ALL);
      return payload;
    }
    appendVary(reply);
    void reply.headers(await policy.answerHeaders(request));
    return payload;
  });
}

function appendVary(reply: FastifyReply): void {
  void reply.header('Vary', mergedVary([String(reply.getHeader('Vary') ?? ''), 'Origin']));
}
