import { MalformedBearerRequest, MissingToken } from '../../protocol/bearer-error.js';
import { B64TOKEN } from '../../protocol/characters.js';

/**
 * The bearer token of the Authorization header, the one place this server takes it from. RFC 6750 §2.1.
 * @param authorizations every value of the header, as they came
 * @param parameters names of the query's parameters: a token there would reach logs
 * @throws MissingToken when there is none, or another scheme
 * @throws MalformedBearerRequest when there are several, or one in the query
 */
export function bearerToken(authorizations: readonly string[], parameters: readonly string[]): string {
  if (parameters.includes('access_token')) {
    throw new MalformedBearerRequest('Access tokens are not accepted in the query.');
  }
  if (authorizations.length > 1)
    throw new MalformedBearerRequest('There is more than one Authorization header.');
  const [, scheme = '', rest = ''] = /^([^ ]*) *(.*)$/s.exec(authorizations[0] ?? '') ?? [];
  if (scheme.toLowerCase() !== 'bearer') throw new MissingToken();
  if (!B64TOKEN.test(rest))
    throw new MalformedBearerRequest('The Authorization header holds no bearer token.');
  return rest;
}
