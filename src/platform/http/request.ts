import type { FastifyRequest } from 'fastify';
import { InvalidRequest } from '../../protocol/oauth-error.js';
import { ProblemError } from '../../protocol/problem.js';

/** Which language a route answers errors in: RFC 6749 §5.2 JSON, or RFC 9457 problems. */
export type Edge = 'oauth' | 'api';

declare module 'fastify' {
  interface FastifyContextConfig {
    edge?: Edge;
    /** The route may be asked in clear from another machine: nothing in question or answer is anyone's secret. */
    inClear?: boolean;
    /** The request may name any host: a proxy asks about one that was meant for itself. */
    forAnyHost?: boolean;
  }

  interface FastifyRequest {
    /** The client that authenticated or whose token was accepted; for the log and for CORS. */
    clientId?: string;
    /** The grant type of a token request, once it is known to be one that is served; for the log. */
    grantType?: string;
    /** The subject of the accepted token, or of a token request; for the log. */
    subject?: string;
    /** Id of the gateway's route that the request was forwarded by; for the log. */
    forwardedBy?: string;
    /** The edge of the path, where the path is an own one and the method is not served there. */
    ownPathEdge?: Edge;
    /** The connection speaks another protocol since the response 101; for the log. */
    switchedProtocols?: true;
    /** The refusal that this request was answered with; for the log. */
    refusal?: Error;
    /** Why the request was refused, if no error was thrown; for the log. */
    refusalReason?: string;
  }
}

/** Route configuration of the OAuth endpoints: `@RouteConfig(OAUTH_EDGE)`. */
export const OAUTH_EDGE = { edge: 'oauth' } as const;

/** Route configuration of what an orchestrator asks by plain http inside its network: `@RouteConfig(IN_CLEAR)`. */
export const IN_CLEAR = { inClear: true } as const;

/** Route configuration of what a proxy asks about requests that name hosts of its own: `@RouteConfig(FOR_ANY_HOST)`. */
export const FOR_ANY_HOST = { forAnyHost: true } as const;

/** The edge of the route a request matched; what matched none is of the API's. */
export function edgeOf(request: FastifyRequest): Edge {
  // Before routing, and for a malformed URL, there is no route.
  return request.ownPathEdge ?? request.routeOptions?.config?.edge ?? 'api';
}

/** A refusal with 400, in the language of the request's edge. */
export function malformed(request: FastifyRequest, detail: string): Error {
  return edgeOf(request) === 'oauth' ? new InvalidRequest(detail) : new ProblemError(400, detail);
}

/** Every value of a header as it came, where Node keeps the first or joins them. Refuse rather than choose. */
export function headerValues(request: FastifyRequest, name: string): string[] {
  return valuesOf(request.raw.rawHeaders, name);
}

/** The same of a flat list of names and values, as Node has them. */
export function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, at, all) => at % 2 === 1 && all[at - 1]!.toLowerCase() === name);
}
