import { HttpException, NotFoundException } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { OwnPath, OwnPaths } from './own-paths.js';

/** Answers an own path under an unknown method with 405 and `Allow`, where Fastify says 404. RFC 9110 §15.5.6. */
export function registerMethodNotAllowed(fastify: FastifyInstance, ownPaths: OwnPaths): void {
  fastify.unknownMethods.ask((rawTarget) => {
    const own = ownPaths.find(rawTarget);
    return own && { status: 405, allow: allowOf(own) };
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const own = ownPaths.find(request.raw.url ?? '');
    if (own === undefined) return done();
    request.ownPathEdge = own.edge;
    void reply.header('Allow', allowOf(own));
    done(new HttpException('Method Not Allowed', 405));
  });
}

/**
 * Responds to an unknown path with 404 before the body is read. Otherwise the media type or size of the body would be
 * refused first. Register it after every hook that serves paths unknown to the router.
 */
export function registerNotFound(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? new NotFoundException() : undefined);
  });
}

function allowOf({ methods }: OwnPath): string {
  return [...methods].toSorted().join(', ');
}
