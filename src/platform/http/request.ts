import type { FastifyRequest } from 'fastify';

/** Which language a route answers errors in: RFC 6749 §5.2 JSON, or RFC 9457 problems. */
export type Edge = 'oauth' | 'api';

declare module 'fastify' {
  interface FastifyContextConfig {
    edge?: Edge;
  }

  interface FastifyRequest {
    /** The client that authenticated or whose token was accepted; for the log and for CORS. */
    clientId?: string;
    /** The subject of the accepted token; for the log. */
    subject?: string;
    /** The refusal that this request was answered with; for the log. */
    refusal?: Error;
  }
}

/** Route configuration of the OAuth endpoints: `@RouteConfig(OAUTH_EDGE)`. */
export const OAUTH_EDGE = { edge: 'oauth' } as const;

/** The edge of the route a request matched; what matched none is of the API's. */
export function edgeOf(request: FastifyRequest): Edge {
  // Before routing, and for a malformed URL, there is no route.
  return request.routeOptions?.config?.edge ?? 'api';
}
