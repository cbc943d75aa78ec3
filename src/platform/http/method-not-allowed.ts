import { HttpException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { Edge } from './request.js';

/** A path that has routes, by the router's pattern of it. */
interface KnownPath {
  matches: RegExp;
  methods: Set<string>;
  edge: Edge | undefined;
}

/**
 * Answers a known path under an unknown method with 405 and `Allow`, where Fastify says 404. RFC 9110 §15.5.6.
 * Register it before the routes: it learns the paths as they are declared.
 */
export function registerMethodNotAllowed(fastify: FastifyInstance): void {
  const paths = new Map<string, KnownPath>();

  fastify.addHook('onRoute', ({ url, method, config }: RouteOptions) => {
    const path = paths.get(url) ?? { matches: matcherOf(url), methods: new Set(), edge: config?.edge };
    for (const name of [method].flat()) path.methods.add(name);
    paths.set(url, path);
  });

  fastify.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const target = pathOf(request);
    const known = paths.get(target) ?? [...paths.values()].find(({ matches }) => matches.test(target));
    if (known === undefined) return done();
    request.knownEdge = known.edge;
    void reply.header('Allow', [...known.methods].toSorted().join(', '));
    done(new HttpException('Method Not Allowed', 405));
  });
}

/** `/api/resources/:id` matches one segment at `:id`, `/docs/*` everything below. */
function matcherOf(pattern: string): RegExp {
  const literal = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${literal.replaceAll(/:[^/]+/g, '[^/]+').replaceAll('*', '.*')}$`);
}

function pathOf(request: FastifyRequest): string {
  const [path = ''] = (request.raw.url ?? '').replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/);
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
