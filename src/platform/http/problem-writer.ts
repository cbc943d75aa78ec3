import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FieldError, Problem } from '../../protocol/problem.js';

/** Answers with an RFC 9457 problem. `about:blank` says that the status is all there is to the type (§4.2.1). */
export function writeProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, detail, errors }: { status: number; detail?: string; errors?: FieldError[] },
): void {
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    ...(detail === undefined ? {} : { detail }),
    request_id: request.id,
    ...(errors === undefined ? {} : { errors }),
  };
  void reply
    .status(status)
    .header('Content-Type', 'application/problem+json; charset=utf-8')
    .header('Cache-Control', 'no-store')
    .send(JSON.stringify(problem));
}
