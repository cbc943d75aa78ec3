import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BearerError } from '../../protocol/bearer-error.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import type { ClientAddresses } from '../http/client-address.js';
import { REFUSED_ON_SOCKET } from '../http/socket-refusals.js';
import type { AppLogger } from './logging.module.js';

/** The logged status if the client closed its connection before the response began, as in nginx. */
const CLIENT_CLOSED_REQUEST = 499;

/** A client_id or a UUID. */
const ID = /^[A-Za-z0-9._~-]{1,128}$/;

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
  // Before every other listener that responds. A request with an unknown expectation does not arrive as `request`.
  for (const event of ['request', 'checkExpectation']) fastify.server.prependListener(event, watch);
  fastify.server.on(REFUSED_ON_SOCKET, (socket: Socket, status: number) => {
    logger.info({ method: null, route: null, status, ip: addresses.ofPeer(socket) }, 'request');
  });
}

function lineOf(request: FastifyRequest, reply: FastifyReply): object {
  const { refusal, refusalReason } = request;
  return {
    request_id: request.id,
    method: request.method,
    route: request.is404 ? null : (request.routeOptions.url ?? null),
    ...(request.forwardedBy === undefined ? {} : { forwarded_by: request.forwardedBy }),
    ...(request.switchedProtocols ? { status: 101 } : outcomeOf(reply.raw)),
    ms: Math.round(reply.elapsedTime * 10) / 10,
    ip: request.ip,
    client_id: request.clientId,
    grant_type: request.grantType,
    sub: request.subject,
    target: targetOf(request, reply),
    ...(refusal instanceof OAuthError || refusal instanceof BearerError
      ? { error: refusal.code, reason: refusal.detail ?? refusal.description }
      : { reason: refusalReason }),
  };
}

/**
 * What an administrator acted on: the id in the path, or that of what was created. Not of a 404, since an id that names
 * nothing may be a secret that was put there by mistake.
 */
function targetOf(request: FastifyRequest, reply: FastifyReply): string | undefined {
  if (!request.routeOptions?.url?.startsWith('/admin/') || reply.raw.statusCode === 404) return undefined;
  const [named] = Object.values((request.params ?? {}) as Record<string, string>);
  const created = reply.raw.statusCode === 201 ? reply.getHeader('Location') : undefined;
  const id = named ?? (typeof created === 'string' ? created.split('/').at(-1) : undefined);
  return id !== undefined && ID.test(id) ? id : undefined;
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
