import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/**
 * Gives every request so many milliseconds for its body, where the server itself sets no limit because some requests
 * may take as long as they need: those are taken out with `liftBodyDeadline`.
 */
export function registerBodyDeadline(fastify: FastifyInstance, requestMs: number): void {
  fastify.addHook('onRequest', ({ raw }, _reply, done) => {
    const { socket } = raw;
    const timer = setTimeout(() => {
      // As Node itself would say it, so that it is answered as it always is.
      const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
      if (!raw.complete) fastify.server.emit('clientError', error, socket);
    }, requestMs);
    deadlines.set(raw, timer.unref());
    raw.once('close', () => clearTimeout(timer));
    done();
  });
}

/** Lets a request take as long as whoever reads its body allows. */
export function liftBodyDeadline(request: IncomingMessage): void {
  clearTimeout(deadlines.get(request));
}
