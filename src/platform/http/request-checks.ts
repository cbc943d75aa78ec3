import { HttpException } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LIMITS } from './limits.js';
import { headerValues, malformed } from './request.js';

/** Host of a request: a name or an address, and perhaps a port. RFC 9110 §7.2. */
const HOST = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/;

/** Refuses requests that are larger than any of ours, or whose Host two servers could read in two ways. */
export function registerRequestChecks(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { rawHeaders, url = '' } = request.raw;
    if (rawHeaders.length / 2 > LIMITS.headerFields) return done(new HttpException('too many fields', 431));
    if (url.length > LIMITS.targetCharacters) return done(new HttpException('target too long', 414));
    if (!hasOneHost(request)) return done(malformed(request, 'The request must name one host.'));
    done();
  });
}

/** RFC 9112 §3.2; and a target in absolute form must name that same host (§3.2.2). */
function hasOneHost(request: FastifyRequest): boolean {
  const [host, ...others] = headerValues(request, 'host');
  const { url = '', httpVersion } = request.raw;
  if (host === undefined) return httpVersion === '1.0';
  if (others.length > 0 || !HOST.test(host)) return false;
  const [, authority] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
  return authority === undefined || authority.toLowerCase() === host.toLowerCase();
}
