import type { FastifyRequest } from 'fastify';
import { headerValues } from '../../../platform/http/request.js';
import { MalformedBearerRequest, MissingToken } from '../../../protocol/bearer-error.js';

const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * The bearer token of the Authorization header, the one place this server takes it from. RFC 6750 §2.1.
 * @throws MissingToken when there is none, or another scheme
 * @throws MalformedBearerRequest when there are several, or one in the query, where it would reach logs
 */
export function bearerToken(request: FastifyRequest): string {
  if (Object.hasOwn(request.query ?? {}, 'access_token')) {
    throw new MalformedBearerRequest('Access tokens are not accepted in the query.');
  }
  const authorizations = headerValues(request, 'authorization');
  if (authorizations.length > 1)
    throw new MalformedBearerRequest('There is more than one Authorization header.');
  const [, scheme = '', rest = ''] = /^([^ ]*) *(.*)$/s.exec(authorizations[0] ?? '') ?? [];
  if (scheme.toLowerCase() !== 'bearer') throw new MissingToken();
  if (!B64TOKEN.test(rest))
    throw new MalformedBearerRequest('The Authorization header holds no bearer token.');
  return rest;
}
