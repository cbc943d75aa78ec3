import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads no body, so that none is refused for its media type or coding. */
    ignoresBody?: boolean;
  }
}

/** Route configuration of a route that is about another request, and gets its header: `@RouteConfig(IGNORES_BODY)`. */
export const IGNORES_BODY = { ignoresBody: true } as const;

export function ignoresBody({ routeOptions }: FastifyRequest): boolean {
  return routeOptions?.config?.ignoresBody === true;
}

/** Says that an ignored body is of any type: Fastify refuses a media type that it cannot read, and QUERY without one. */
export function registerIgnoredBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (ignoresBody(request)) request.headers = { 'content-type': 'application/octet-stream' };
    done();
  });
}
