import { type RequestListener, type Server, type ServerOptions, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { HttpConfig, TlsConfig } from '../../config/config.js';
import { watchHalfClosed } from './half-closed.js';
import type { Deadlines } from './limits.js';
import { REFUSED_ON_SOCKET, connectRefused, noteResponse, refuseOnSocket } from './socket-refusals.js';
import { tlsOptions } from './tls.js';

/**
 * Node's HTTP server as it stands under Fastify: nothing of its defaults that is unbounded stays so, and every
 * response starts with the given headers, whoever writes it. With a certificate it speaks TLS, and nothing else.
 */
export function createHttpServer(
  handle: RequestListener,
  { maxHeaderBytes }: HttpConfig,
  deadlines: Deadlines,
  headers: Readonly<Record<string, string>>,
  tls?: TlsConfig,
): Server {
  const listener: RequestListener = (request, response) => {
    noteResponse(response);
    watchHalfClosed(request, response);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    handle(request, response);
  };
  const server = listenerOf(tls, {
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: deadlines.headersMs,
    requestTimeout: deadlines.requestMs,
    keepAliveTimeout: deadlines.keepAliveMs,
    connectionsCheckingInterval: deadlines.checkMs,
    // Node would answer a missing Host with a bare 400 and a repeated one with 200: registerRequestChecks looks.
    requireHostHeader: false,
  });
  // No limit here: beyond one, Node drops fields in silence, of two Authorization headers perhaps the second.
  server.maxHeadersCount = 0;
  server.setTimeout(deadlines.idleMs);
  // A client may close its side once it has sent the request. Node would close the other one under the response.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('request', listener);
  // An expectation that is not known may be ignored: RFC 9110 §10.1.1.
  server.on('checkExpectation', listener);
  // This is no proxy; without a listener the connection would break without a word.
  server.on('connect', (_request, socket) => {
    refuseOnSocket(socket, connectRefused, headers);
    server.emit(REFUSED_ON_SOCKET, socket, connectRefused.status);
  });
  return server;
}

function listenerOf(tls: TlsConfig | undefined, options: ServerOptions): Server {
  if (tls === undefined) return createServer(options);
  const server = createTlsServer({ ...options, ...tlsOptions(tls) });
  // Node would have a failed handshake answered like a malformed request, on a connection that carries no HTTP.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}
