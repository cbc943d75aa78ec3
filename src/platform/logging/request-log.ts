import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BearerError } from '../../protocol/bearer-error.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import type { ClientAddresses } from '../http/client-address.js';
import type { AppLogger } from './logging.module.js';

/** What the log has for a client that closed its connection before its response began, as nginx has it. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * One line a request, however it ends. It holds the route's pattern, never the URL: query strings and unknown paths are
 * where clients put secrets by mistake.
 */
export function registerRequestLog(
  fastify: FastifyInstance,
  logger: AppLogger,
  addresses: ClientAddresses,
): void {
  const seen = new WeakSet<IncomingMessage>();
  fastify.addHook('onRequest', (request, reply, done) => {
    seen.add(request.raw);
    reply.raw.once('close', () => logger.info(lineOf(request, reply), 'request'));
    done();
  });
  const watch = (request: IncomingMessage, response: ServerResponse): void => {
    const ip = addresses.of(request);
    response.once('close', () => {
      if (!seen.has(request)) logger.info(unroutedLineOf(request, response, ip), 'request');
    });
  };
  // Before whoever answers, and an expectation that is not known does not come as a `request`.
  for (const event of ['request', 'checkExpectation']) fastify.server.prependListener(event, watch);
}

function lineOf(request: FastifyRequest, reply: FastifyReply): object {
  const { refusal } = request;
  return {
    request_id: request.id,
    method: request.method,
    route: request.is404 ? null : (request.routeOptions.url ?? null),
    ...(request.forwardedBy === undefined ? {} : { forwarded_by: request.forwardedBy }),
    ...(request.switchedProtocols ? { status: 101 } : outcomeOf(reply.raw)),
    ms: Math.round(reply.elapsedTime * 10) / 10,
    ip: request.ip,
    client_id: request.clientId,
    sub: request.subject,
    ...(refusal instanceof OAuthError || refusal instanceof BearerError
      ? { error: refusal.code, reason: refusal.detail }
      : {}),
  };
}

/** Of a request whose target the router cannot read: no hook sees it. */
function unroutedLineOf(request: IncomingMessage, response: ServerResponse, ip: string): object {
  return {
    request_id: response.getHeader('X-Request-Id'),
    method: request.method,
    route: null,
    ...outcomeOf(response),
    ip,
  };
}

/** The status that was sent, and whether the connection closed before the whole response was. */
function outcomeOf(response: ServerResponse): { status: number; aborted?: true } {
  const status = response.headersSent ? response.statusCode : CLIENT_CLOSED_REQUEST;
  return response.writableFinished ? { status } : { status, aborted: true };
}
