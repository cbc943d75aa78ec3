import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { Overloaded } from '../../protocol/overloaded.js';

/** How often a closing server looks whether it may go on. Milliseconds. */
const CHECK_MS = 50;

/** How long it goes on letting peers in, if there are always more. Milliseconds. */
const LONGEST_OPEN_MS = 2_000;

/** When this process is gone, another one is soon there. Seconds. */
const RETRY_AFTER = 1;

/**
 * Lets a server end: requests in flight are answered, what comes after them gets 503, and connections on which
 * nothing happens do not keep the process from ending.
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

  // The server stops listening when this is fulfilled.
  fastify.addHook('preClose', async () => {
    closing = true;
    const { server } = fastify;
    if (!server.listening) return;
    await everybodyIsIn(server);
    const check = setInterval(() => {
      if (inFlight === 0) server.closeAllConnections();
    }, CHECK_MS);
    server.once('close', () => clearInterval(check));
  });
}

/**
 * Waits until no connection came for a moment. Node accepts one a turn of its loop, so under load many wait at the
 * door with their requests sent already: to stop listening would reset them all.
 */
async function everybodyIsIn(server: Server): Promise<void> {
  let came = 0;
  const count = (): void => void (came += 1);
  server.on('connection', count);
  const began = performance.now();
  await new Promise<void>((resolve) => {
    const check = setInterval(() => {
      if (came > 0 && performance.now() - began < LONGEST_OPEN_MS) {
        came = 0;
        return;
      }
      clearInterval(check);
      resolve();
    }, CHECK_MS);
  });
  server.off('connection', count);
}
