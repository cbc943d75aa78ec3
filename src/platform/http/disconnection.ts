import type { FastifyInstance } from 'fastify';
import { Disconnected } from '../../protocol/disconnected.js';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Aborted, with `Disconnected` as its reason, when the connection closes before the response is complete. Every
     * function that waits on behalf of the request takes it. Fastify's own `signal` is aborted once the body has been
     * read.
     */
    disconnection: AbortSignal;
  }
}

/** Gives every request its `disconnection`. */
export function registerDisconnection(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, { raw: response }, done) => {
    const controller = new AbortController();
    request.disconnection = controller.signal;
    response.once('close', () => {
      if (!response.writableFinished) controller.abort(new Disconnected());
    });
    done();
  });
}
