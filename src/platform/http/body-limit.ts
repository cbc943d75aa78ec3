import type { FastifyInstance } from 'fastify';
import { LIMITS } from './limits.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How many bytes of body the route takes, where that is fewer than every route does. */
    bodyBytes?: number;
  }
}

/** Route configuration of a route that takes JSON no larger than a form: `@RouteConfig(SMALL_BODY)`. */
export const SMALL_BODY = { bodyBytes: LIMITS.formBytes } as const;

/** Has Fastify hold each route to the limit in its configuration. Register it before the routes. */
export function registerBodyLimit(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (route.config?.bodyBytes !== undefined) route.bodyLimit = route.config.bodyBytes;
  });
}
