import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BearerError } from '../../protocol/bearer-error.js';
import { OAuthError } from '../../protocol/oauth-error.js';
import type { AppLogger } from './logging.module.js';

/**
 * One line a request. It holds the route's pattern, never the URL: query strings and unknown paths are where
 * clients put secrets by mistake.
 */
export function registerRequestLog(fastify: FastifyInstance, logger: AppLogger): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    logRequest(logger, request, reply, reply.raw.statusCode);
    done();
  });
}

/** The same line about a request that ends without a response of its own. */
export function logRequest(
  logger: AppLogger,
  request: FastifyRequest,
  reply: FastifyReply,
  status: number | 'aborted',
): void {
  const { refusal } = request;
  logger.info(
    {
      request_id: request.id,
      method: request.method,
      route: request.is404 ? null : (request.routeOptions.url ?? null),
      ...(request.forwardedBy === undefined ? {} : { forwarded_by: request.forwardedBy }),
      status,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ip: request.ip,
      client_id: request.clientId,
      sub: request.subject,
      ...(refusal instanceof OAuthError || refusal instanceof BearerError
        ? { error: refusal.code, reason: refusal.detail }
        : {}),
    },
    'request',
  );
}
