import type { RequestListener } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { addressList, isListed } from './address-list.js';
import { createHttpServer } from './http-server.js';
import { LIMITS, deadlinesOf } from './limits.js';
import { writeProblem } from './problem-writer.js';
import { requestId } from './request-id.js';
import { securityHeaders } from './security-headers.js';
import { REFUSED_ON_SOCKET, refuseMalformed } from './socket-refusals.js';
import { UnknownMethods } from './unknown-methods.js';

/** Fastify as this server runs it, on an HTTP server of our own making. */
export function createAdapter(
  { server: config, http }: Pick<Config, 'server' | 'http'>,
  deadlines = deadlinesOf(http),
): FastifyAdapter {
  const headers = securityHeaders(config);
  const trusted = addressList(config.trustedProxies);
  const unknownMethods = new UnknownMethods();
  const adapter = new FastifyAdapter({
    logger: false,
    serverFactory: (handle: RequestListener) =>
      createHttpServer(handle, http, deadlines, headers, config.tls),
    clientErrorHandler: (error, socket) =>
      refuseMalformed(error, socket, headers, unknownMethods, (status) =>
        adapter.getInstance().server.emit(REFUSED_ON_SOCKET, socket, status),
      ),
    // Of X-Forwarded-Proto alone: registerClientAddress reads X-Forwarded-For.
    trustProxy: (peer) => isListed(trusted, peer),
    genReqId: requestId(trusted),
    bodyLimit: LIMITS.bodyBytes,
    routerOptions: { maxParamLength: LIMITS.pathParameterCharacters, ignoreTrailingSlash: false },
    frameworkErrors: answerUnroutable,
    forceCloseConnections: 'idle',
    // registerDrain answers instead, in the form of this server's other answers.
    return503OnClosing: false,
    multipart: false,
    skipMiddie: true,
  });
  adapter.getInstance().decorate('unknownMethods', unknownMethods);
  return adapter;
}

/** A target that the router cannot read, or with a parameter that is too long: before any hook, so all is done here. */
function answerUnroutable(
  error: Error & { statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  void reply.header('X-Request-Id', request.id);
  writeProblem(request, reply, {
    status: error.statusCode ?? 400,
    detail: 'The request target is malformed.',
  });
}
