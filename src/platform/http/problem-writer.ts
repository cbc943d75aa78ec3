import { STATUS_CODES } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FieldError, Problem } from '../../protocol/problem.js';

interface Refusal {
  status: number;
  detail?: string;
  errors?: FieldError[];
}

/** A refusal as an RFC 9457 problem. `about:blank` says that the status is all there is to the type (§4.2.1). */
export function problemOf({ status, detail, errors }: Refusal, requestId: string): Problem {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    ...(detail === undefined ? {} : { detail }),
    request_id: requestId,
    ...(errors === undefined ? {} : { errors }),
  };
}

/** Answers with the problem. */
export function writeProblem(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): void {
  void reply
    .status(refusal.status)
    .header('Content-Type', 'application/problem+json; charset=utf-8')
    .header('Cache-Control', 'no-store')
    .send(JSON.stringify(problemOf(refusal, request.id)));
}
