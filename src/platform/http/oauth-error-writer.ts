import type { FastifyReply } from 'fastify';
import { InvalidClient, type OAuthError, TemporarilyUnavailable } from '../../protocol/oauth-error.js';

/** A browser opens its own login box at a Basic challenge; one that did not try Basic must not see one. */
export function clientChallenge({ triedBasic }: InvalidClient): string {
  return `${triedBasic ? 'Basic' : 'ClientSecret'} realm="grantway"`;
}

/** Answers as RFC 6749 §5.2 says: `error` and `error_description`, nothing else, and never cached. */
export function writeOAuthError(reply: FastifyReply, error: OAuthError, status = error.status): void {
  if (error instanceof InvalidClient) void reply.header('WWW-Authenticate', clientChallenge(error));
  if (error instanceof TemporarilyUnavailable) void reply.header('Retry-After', String(error.retryAfter));
  void reply
    .status(status)
    .header('Content-Type', 'application/json; charset=utf-8')
    .header('Cache-Control', 'no-store')
    .header('Pragma', 'no-cache')
    .send(JSON.stringify({ error: error.code, error_description: error.description }));
}
