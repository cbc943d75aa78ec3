import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { HttpException, HttpStatus } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';
import { LIMITS } from './limits.js';
import { malformed, valuesOf } from './request.js';

/** Host of a request: a name or an address, and perhaps a port. RFC 9110 §7.2. */
const HOST = /^(?:(?<name>[A-Za-z0-9._-]+)|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * Refuses requests that are larger than any of ours, whose Host two servers could read in two ways, or that were meant
 * for another server.
 */
export function registerRequestChecks(
  fastify: FastifyInstance,
  { server, http }: Pick<Config, 'server' | 'http'>,
): void {
  const allowed = new Set(server.allowedHosts);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const status = statusOfExcess(request.raw, http.maxTargetLength);
    if (status !== undefined) return done(new HttpException('too large', status));
    if (!namesOneHost(request.raw)) return done(malformed(request, 'The request must name one host.'));
    const { host } = request.raw.headers;
    if (isMeantFor(allowed, host) || request.routeOptions?.config?.forAnyHost) return done();
    done(new HttpException('misdirected', HttpStatus.MISDIRECTED));
  });
}

/**
 * Whether a request that names this host came to the right server, RFC 9110 §7.4. A page of a stranger whose name was
 * made to lead here (DNS rebinding) names the stranger's host; nobody can make an address lead elsewhere.
 */
function isMeantFor(allowed: ReadonlySet<string>, host: string | undefined): boolean {
  const name = HOST.exec(host ?? '')?.groups?.name;
  if (name === undefined || isIP(name) !== 0 || allowed.has('*')) return true;
  return allowed.has(name.toLowerCase());
}

/** Why a request's head is too large, as a status; undefined when it is not. */
function statusOfExcess(
  { rawHeaders, url = '' }: IncomingMessage,
  maxTargetLength: number,
): 414 | 431 | undefined {
  if (rawHeaders.length / 2 > LIMITS.headerFields) return 431;
  return url.length > maxTargetLength ? 414 : undefined;
}

/** RFC 9112 §3.2; and a target in absolute form must name that same host (§3.2.2). */
function namesOneHost({ rawHeaders, url = '', httpVersion }: IncomingMessage): boolean {
  const [host, ...others] = valuesOf(rawHeaders, 'host');
  if (host === undefined) return httpVersion === '1.0';
  if (others.length > 0 || !HOST.test(host)) return false;
  const [, authority] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
  return authority === undefined || authority.toLowerCase() === host.toLowerCase();
}
