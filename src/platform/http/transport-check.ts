import type { FastifyInstance } from 'fastify';
import type { ServerConfig } from '../../config/config.js';
import { addressList, isListed } from './address-list.js';
import { malformed } from './request.js';

/**
 * In production, refuses what reached this process in clear from another machine: neither over TLS at a trusted
 * proxy, nor from loopback. Never a redirect, which would teach the client to send its secrets twice. RFC 6749 §1.6.
 */
export function registerTransportCheck(fastify: FastifyInstance, config: ServerConfig): void {
  if (!config.production) return;
  const trusted = addressList(config.trustedProxies);
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions?.config?.inClear) return done();
    const peer = request.raw.socket.remoteAddress ?? '';
    // `protocol` is a trusted proxy's X-Forwarded-Proto; nobody else's word counts.
    const isSafe = isListed(trusted, peer) ? request.protocol === 'https' : isLoopback(peer);
    done(isSafe ? undefined : malformed(request, 'This server is to be reached over https.'));
  });
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}
