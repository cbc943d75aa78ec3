import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BearerError } from '../../protocol/bearer-error.js';
import { InsufficientScope } from '../../protocol/bearer-error.js';
import { writeProblem } from './problem-writer.js';

/** Answers with the challenge of RFC 6750 §3, which also names the resource's metadata (RFC 9728 §5.1). */
export function writeBearerError(
  request: FastifyRequest,
  reply: FastifyReply,
  error: BearerError,
  resource: string,
): void {
  const parameters = [`realm="grantway"`];
  if (error.code !== undefined) {
    parameters.push(`error="${error.code}"`, `error_description="${error.description}"`);
  }
  if (error instanceof InsufficientScope) parameters.push(`scope="${error.required.join(' ')}"`);
  parameters.push(`resource_metadata="${resource}/.well-known/oauth-protected-resource"`);
  void reply.header('WWW-Authenticate', `Bearer ${parameters.join(', ')}`);
  writeProblem(request, reply, { status: error.status, detail: error.description });
}
