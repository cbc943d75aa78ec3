import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock/clock.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** When the header of the request arrived, in seconds since 1970; the body may take long after that. */
    arrivedAt?: number;
  }
}

/** Notes when each request arrives. */
export function registerArrival(fastify: FastifyInstance, clock: Clock): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    request.arrivedAt = clock.seconds();
    done();
  });
}
