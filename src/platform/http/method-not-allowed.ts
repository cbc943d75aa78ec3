import { HttpException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { KnownPaths } from './known-paths.js';

/** Answers a known path under an unknown method with 405 and `Allow`, where Fastify says 404. RFC 9110 §15.5.6. */
export function registerMethodNotAllowed(fastify: FastifyInstance, paths: KnownPaths): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const known = paths.find(request.raw.url ?? '');
    if (known === undefined) return done();
    request.knownEdge = known.edge;
    void reply.header('Allow', [...known.methods].toSorted().join(', '));
    done(new HttpException('Method Not Allowed', 405));
  });
}
