import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type AddressList, isListed } from './address-list.js';

const ACCEPTABLE = /^[A-Za-z0-9._-]{8,128}$/;

/** Names each request: with a trusted proxy's X-Request-Id where there is one, otherwise at random. */
export function requestId(trustedProxies: AddressList): (request: IncomingMessage) => string {
  return (request) => {
    const given = request.headers['x-request-id'];
    const peer = request.socket.remoteAddress ?? '';
    if (typeof given === 'string' && ACCEPTABLE.test(given) && isListed(trustedProxies, peer)) return given;
    return randomUUID();
  };
}

/** Tells the caller by which name the log knows the request. */
export function registerRequestId(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('X-Request-Id', request.id);
    done();
  });
}
