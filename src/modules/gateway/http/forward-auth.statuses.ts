import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Only statuses that nginx's auth_request understands. */
    nginxStatuses?: boolean;
  }
}

/** Route configuration: `@RouteConfig(NGINX_STATUSES)`. */
export const NGINX_STATUSES = { nginxStatuses: true } as const;

/** The status that was meant, for nginx to answer with in its own words. */
const STATUS = 'X-Forward-Auth-Status';

/**
 * nginx takes 2xx for a yes, 401 and 403 for a no, and every other status for a failure of its own, which it answers with
 * 500. So all other refusals are 403 to it, and a header says which they are.
 */
export function registerNginxStatuses(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (request.routeOptions?.config?.nginxStatuses) {
      const { statusCode } = reply;
      void reply.header(STATUS, String(statusCode));
      if (statusCode !== 200 && statusCode !== 401) void reply.code(403);
    }
    done(null, payload);
  });
}
