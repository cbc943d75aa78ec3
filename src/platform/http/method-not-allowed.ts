import { METHODS } from 'node:http';
import { HttpException } from '@nestjs/common';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { Edge } from './request.js';

/** Fastify takes these from its own hands (OPTIONS by CORS) or cannot route them (CONNECT has no path). */
const NOT_ROUTED = new Set(['CONNECT', 'QUERY', 'HEAD', 'OPTIONS']);

/**
 * Answers a known path under an unknown method with 405 and `Allow`, where Fastify says 404. RFC 9110 §15.5.6.
 * Collects routes as they are declared; `seal` adds the missing methods once all are there.
 */
export class MethodNotAllowed {
  private readonly routes = new Map<string, { methods: Set<string>; edge: Edge | undefined }>();

  constructor(private readonly fastify: FastifyInstance) {
    fastify.addHook('onRoute', (route) => this.collect(route));
  }

  private collect(route: RouteOptions): void {
    const entry = this.routes.get(route.url) ?? { methods: new Set<string>(), edge: route.config?.edge };
    for (const method of [route.method].flat()) entry.methods.add(method);
    this.routes.set(route.url, entry);
  }

  seal(): void {
    for (const method of METHODS) {
      const isNew = !this.fastify.supportedMethods.includes(method);
      if (isNew && !NOT_ROUTED.has(method)) this.fastify.addHttpMethod(method, { hasBody: false });
    }
    for (const [url, { methods, edge }] of [...this.routes]) {
      if (url.includes('*')) continue;
      const missing = this.fastify.supportedMethods.filter((method) => !methods.has(method));
      const allow = [...methods].toSorted().join(', ');
      this.fastify.route({
        method: missing.filter(
          (method) => !NOT_ROUTED.has(method) || method === 'HEAD' || method === 'OPTIONS',
        ),
        url,
        config: edge === undefined ? {} : { edge },
        onRequest: (_request, reply, done) => {
          void reply.header('Allow', allow);
          done(new HttpException('Method Not Allowed', 405));
        },
        handler: () => undefined,
      });
    }
  }
}
