import type { TLSSocket } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { ServerConfig } from '../../config/config.js';
import { addressList, isListed } from './address-list.js';
import { malformed } from './request.js';

const LOOPBACK = addressList(['127.0.0.0/8', '::1']);

/**
 * In production, refuses what came in clear from another machine: neither over TLS to this process or a trusted proxy,
 * nor from loopback. Never a redirect, which would teach the client to send its secrets twice. RFC 6749 §1.6.
 */
export function registerTransportCheck(fastify: FastifyInstance, config: ServerConfig): void {
  if (!config.production) return;
  const trusted = addressList(config.trustedProxies);
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions?.config?.inClear) return done();
    const { remoteAddress: peer = '', encrypted } = request.raw.socket as Partial<TLSSocket>;
    // `protocol` is a trusted proxy's X-Forwarded-Proto; nobody else's word counts. It goes before what is seen here:
    // a proxy may speak TLS to this process and have been spoken to in clear.
    const isSafe = isListed(trusted, peer)
      ? request.protocol === 'https'
      : encrypted || isListed(LOOPBACK, peer);
    done(isSafe ? undefined : malformed(request, 'This server is to be reached over https.'));
  });
}
