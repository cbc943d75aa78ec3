import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ServerConfig } from '../../config/config.js';

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
const ALLOWED_HEADERS = 'Authorization, Content-Type, If-Match, If-None-Match';
const EXPOSED_HEADERS = 'ETag, Location, Retry-After, WWW-Authenticate, X-Request-Id';
const PREFLIGHT_SECONDS = '600';

/**
 * Cross-origin reading (Fetch Standard §3.2), without credentials: tokens travel in headers, never in cookies. An
 * origin is judged against the client the request spoke for, and echoed exactly or not at all.
 */
export function registerCors(fastify: FastifyInstance, config: ServerConfig, origins: AllowedOrigins): void {
  const isAllowed = async (request: FastifyRequest, origin: string): Promise<boolean> =>
    config.corsOrigins.includes(origin) || origins.includes(origin, request.clientId);

  fastify.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return;
    void reply.header('Vary', 'Origin');
    if (origin !== undefined && (await isAllowed(request, origin))) {
      void reply.headers({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Methods': ALLOWED_METHODS,
        'Access-Control-Allow-Headers': ALLOWED_HEADERS,
        'Access-Control-Max-Age': PREFLIGHT_SECONDS,
      });
    }
    return reply.status(204).send();
  });

  fastify.addHook('onSend', async (request, reply: FastifyReply, payload) => {
    const { origin } = request.headers;
    if (request.method === 'OPTIONS') return payload;
    appendVary(reply);
    if (origin !== undefined && (await isAllowed(request, origin).catch(() => false))) {
      void reply.headers({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': EXPOSED_HEADERS,
      });
    }
    return payload;
  });
}

function appendVary(reply: FastifyReply): void {
  const vary = reply.getHeader('Vary');
  void reply.header('Vary', vary === undefined ? 'Origin' : `${String(vary)}, Origin`);
}
