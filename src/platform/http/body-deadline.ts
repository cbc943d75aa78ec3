import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/**
 * Gives every request so many milliseconds for its body, where the server itself sets no limit because some requests
 * may take as long as they need: those are taken out with `liftBodyDeadline`. The time counts from the header, whoever
 * answers then: a target that the router cannot read is answered before any hook.
 */
export function registerBodyDeadline({ server }: FastifyInstance, requestMs: number): void {
  const arm = (request: IncomingMessage): void => {
    const timer = setTimeout(() => {
      // As Node itself would say it, so that it is answered as it always is.
      const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
      if (!request.complete) server.emit('clientError', error, request.socket);
    }, requestMs);
    deadlines.set(request, timer.unref());
    request.once('close', () => clearTimeout(timer));
  };
  // Before whoever answers, and an expectation that is not known does not come as a `request`.
  for (const event of ['request', 'checkExpectation']) server.prependListener(event, arm);
}

/** Lets a request take as long as whoever reads its body allows. */
export function liftBodyDeadline(request: IncomingMessage): void {
  clearTimeout(deadlines.get(request));
}
