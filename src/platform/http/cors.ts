import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerConfig } from '../../config/config.js';
import { mergedVary } from './vary.js';

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
/** Swagger UI sends the last one with every request for a token. */
const ALLOWED_HEADERS = 'Authorization, Content-Type, If-Match, If-None-Match, X-Requested-With';
const EXPOSED_HEADERS =
  'ETag, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id';
const PREFLIGHT_SECONDS = '600';

/**
 * Cross-origin reading (Fetch Standard §3.2), without credentials: tokens travel in headers, never in cookies. An
 * origin is judged against the client the request spoke for, and echoed exactly or not at all.
 */
export class CorsPolicy {
  constructor(
    private readonly config: ServerConfig,
    private readonly origins: AllowedOrigins,
  ) {}

  /** What a preflight is answered with. */
  async preflightHeaders(request: FastifyRequest): Promise<Record<string, string>> {
    const origin = await this.allowedOrigin(request);
    if (origin === undefined) return { Vary: 'Origin' };
    return {
      Vary: 'Origin',
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Methods': ALLOWED_METHODS,
      'Access-Control-Allow-Headers': ALLOWED_HEADERS,
      'Access-Control-Max-Age': PREFLIGHT_SECONDS,
    };
  }

  /** What an answer has besides, `Vary` aside. */
  async answerHeaders(request: FastifyRequest): Promise<Record<string, string>> {
    const origin = await this.allowedOrigin(request).catch(() => undefined);
    if (origin === undefined) return {};
    return { 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': EXPOSED_HEADERS };
  }

  private async allowedOrigin(request: FastifyRequest): Promise<string | undefined> {
    const { origin } = request.headers;
    if (origin === undefined) return undefined;
    const isAllowed =
      this.config.corsOrigins.includes(origin) || (await this.origins.includes(origin, request.clientId));
    return isAllowed ? origin : undefined;
  }
}

/** Answers preflights, and lets listed origins read every answer that a route of this process gives. */
export function registerCors(fastify: FastifyInstance, policy: CorsPolicy): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return;
    return reply
      .headers(await policy.preflightHeaders(request))
      .status(204)
      .send();
  });

  fastify.addHook('onSend', async (request, reply: FastifyReply, payload) => {
    if (request.method === 'OPTIONS') return payload;
    appendVary(reply);
    void reply.headers(await policy.answerHeaders(request));
    return payload;
  });
}

function appendVary(reply: FastifyReply): void {
  void reply.header('Vary', mergedVary([String(reply.getHeader('Vary') ?? ''), 'Origin']));
}
