import type { FastifyInstance } from 'fastify';
import { Overloaded } from '../../protocol/overloaded.js';

/** How often a closing server looks whether it has answered everything. Milliseconds. */
const CHECK_MS = 100;

/** When this process is gone, another one is soon there. Seconds. */
const RETRY_AFTER = 1;

/**
 * Lets a server end: requests in flight are answered, what follows them on the same connections gets 503, and
 * connections on which nothing happens do not keep the process from ending.
 */
export function registerDrain(fastify: FastifyInstance): void {
  let inFlight = 0;
  let closing = false;

  fastify.addHook('onRequest', (_request, reply, done) => {
    inFlight += 1;
    reply.raw.once('close', () => (inFlight -= 1));
    done(closing ? new Overloaded('The server is stopping', RETRY_AFTER) : undefined);
  });

  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) void reply.header('Connection', 'close');
    done(null, payload);
  });

  fastify.addHook('preClose', (done) => {
    closing = true;
    const { server } = fastify;
    if (server.listening) {
      const check = setInterval(() => {
        if (inFlight === 0) server.closeAllConnections();
      }, CHECK_MS);
      server.once('close', () => clearInterval(check));
    }
    done();
  });
}
