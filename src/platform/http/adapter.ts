import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerConfig } from '../../config/config.js';
import { writeProblem } from './problem-writer.js';
import { requestId } from './request-id.js';

/** Limits on what a peer may send or hold open. Bytes and milliseconds. */
export const LIMITS = {
  bodyBytes: 256 * 1024,
  headerBytes: 16 * 1024,
  headerCount: 100,
  requestMs: 30_000,
  headersMs: 15_000,
  keepAliveMs: 5_000,
  pathParameterCharacters: 200,
} as const;

/** Fastify as this server runs it: nothing of its defaults that is unbounded stays so. */
export function createAdapter(config: ServerConfig): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    genReqId: requestId(config.trustedProxies),
    bodyLimit: LIMITS.bodyBytes,
    requestTimeout: LIMITS.requestMs,
    keepAliveTimeout: LIMITS.keepAliveMs,
    connectionTimeout: 0,
    forceCloseConnections: 'idle',
    multipart: false,
    skipMiddie: true,
    http: { maxHeaderSize: LIMITS.headerBytes, headersTimeout: LIMITS.headersMs, requireHostHeader: true },
    routerOptions: { maxParamLength: LIMITS.pathParameterCharacters, ignoreTrailingSlash: false },
    frameworkErrors: (
      error: Error & { statusCode?: number },
      request: FastifyRequest,
      reply: FastifyReply,
    ) => {
      writeProblem(request, reply, {
        status: error.statusCode ?? 400,
        detail: 'The request target is malformed.',
      });
    },
    clientErrorHandler: answerClientError,
  });
  const server = adapter.getInstance().server;
  server.maxHeadersCount = LIMITS.headerCount;
  return adapter;
}

const CLIENT_ERRORS: Record<string, [status: number, title: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};

/** Answers what is no HTTP request at all: there is no request object yet, only the socket. */
function answerClientError(error: Error & { code?: string }, socket: import('node:net').Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, title] = CLIENT_ERRORS[error.code ?? ''] ?? [400, 'Bad Request'];
  const body = JSON.stringify({ type: 'about:blank', title, status });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\n` +
      'Content-Type: application/problem+json; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n` +
      'Cache-Control: no-store\r\n' +
      'X-Content-Type-Options: nosniff\r\n' +
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n" +
      'Referrer-Policy: no-referrer\r\n' +
      'Connection: close\r\n\r\n' +
      body,
  );
}
