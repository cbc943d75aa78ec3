import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BearerError } from '../../protocol/bearer-error.js';
import { InsufficientScope } from '../../protocol/bearer-error.js';
import { writeProblem } from './problem-writer.js';

/** The challenge of RFC 6750 §3, which also names the resource's metadata (RFC 9728 §5.1). */
export function bearerChallenge(error: BearerError, resource: string): string {
  const parameters = [`realm="grantway"`];
  if (error.code !== undefined) {
    parameters.push(`error="${error.code}"`, `error_description="${error.description}"`);
  }
  if (error instanceof InsufficientScope) parameters.push(`scope="${error.required.join(' ')}"`);
  parameters.push(`resource_metadata="${resource}/.well-known/oauth-protected-resource"`);
  return `Bearer ${parameters.join(', ')}`;
}

/** Answers with the challenge, and a problem that says the same to a person. */
export function writeBearerError(
  request: FastifyRequest,
  reply: FastifyReply,
  error: BearerError,
  resource: string,
): void {
  void reply.header('WWW-Authenticate', bearerChallenge(error, resource));
  writeProblem(request, reply, { status: error.status, detail: error.description });
}
