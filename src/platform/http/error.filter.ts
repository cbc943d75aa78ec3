import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TokenConfig } from '../../config/config.js';
import { BearerError } from '../../protocol/bearer-error.js';
import { Disconnected } from '../../protocol/disconnected.js';
import { MethodNotAllowed } from '../../protocol/method-not-allowed.js';
import {
  InvalidRequest,
  OAuthError,
  ServerError,
  TemporarilyUnavailable,
} from '../../protocol/oauth-error.js';
import { Overloaded } from '../../protocol/overloaded.js';
import { ProblemError, Unavailable } from '../../protocol/problem.js';
import { Throttled } from '../../protocol/throttled.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { AppLogger } from '../logging/logging.module.js';
import { writeBearerError } from './bearer-error-writer.js';
import { writeOAuthError } from './oauth-error-writer.js';
import { writeProblem } from './problem-writer.js';
import { edgeOf } from './request.js';

/** How long a caller should wait when the database is away. Seconds. */
const RETRY_AFTER = 2;

/** What the framework refused, in words of ours: its own quote the request. */
const FRAMEWORK_DETAILS: Record<number, string> = {
  400: 'The request is malformed.',
  404: 'There is nothing at this path.',
  405: 'This path does not answer to this method.',
  413: 'The request body is too large.',
  414: 'The request target is too long.',
  415: 'The request body has a media type that this path does not take.',
  421: 'This server does not answer for the host that the request names.',
  431: 'The request has too many header fields.',
};

/** RFC 6749 §5.2 knows 400 and 401; what HTTP itself refuses keeps the status that HTTP has for it. */
const STATUSES_OF_HTTP = new Set([405, 413, 414, 421, 431]);

/**
 * The last stop of every error. The route decides the language (OAuth or problem details), the error's class
 * decides the status, and whatever has no class of ours becomes a fixed text.
 */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: AppLogger,
    private readonly tokens: TokenConfig,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = thrown instanceof Error ? thrown : new Error('something other than an error was thrown');
    request.refusal = error;
    if (reply.sent) return;
    if (error instanceof Disconnected) return void reply.hijack();
    if (edgeOf(request) === 'oauth') this.answerOAuth(request, reply, error);
    else this.answerApi(request, reply, error);
  }

  private answerOAuth(request: FastifyRequest, reply: FastifyReply, error: Error): void {
    if (error instanceof OAuthError) return writeOAuthError(reply, error);
    if (error instanceof Throttled) {
      return writeOAuthError(reply, new TemporarilyUnavailable(error.retryAfter), 429);
    }
    const retryAfter = retryAfterOf(error);
    if (retryAfter !== undefined) return writeOAuthError(reply, new TemporarilyUnavailable(retryAfter));
    const status = frameworkStatus(error);
    if (status === undefined) {
      this.report(request, error);
      return writeOAuthError(reply, new ServerError());
    }
    const refusal = new InvalidRequest(FRAMEWORK_DETAILS[status] ?? FRAMEWORK_DETAILS[400]!);
    writeOAuthError(reply, refusal, STATUSES_OF_HTTP.has(status) ? status : 400);
  }

  private answerApi(request: FastifyRequest, reply: FastifyReply, error: Error): void {
    if (error instanceof BearerError) return writeBearerError(request, reply, error, this.tokens.audience);
    if (error instanceof Throttled) {
      void reply.headers({ 'Retry-After': String(error.retryAfter), ...error.headers });
      return writeProblem(request, reply, { status: 429, detail: 'Too many requests. Try again later.' });
    }
    if (error instanceof Unavailable) void reply.header('Retry-After', String(error.retryAfter));
    if (error instanceof MethodNotAllowed) void reply.header('Allow', error.allow);
    if (error instanceof ProblemError) return writeProblem(request, reply, error);
    const retryAfter = retryAfterOf(error);
    if (retryAfter !== undefined) return this.answerApi(request, reply, new Unavailable(retryAfter));
    const status = frameworkStatus(error);
    if (status === undefined) {
      this.report(request, error);
      return writeProblem(request, reply, { status: 500, detail: 'The server met an unexpected condition.' });
    }
    writeProblem(request, reply, { status, detail: FRAMEWORK_DETAILS[status] });
  }

  private report(request: FastifyRequest, err: Error): void {
    this.logger.error({ request_id: request.id, err }, 'unexpected error');
  }
}

/** Whole seconds after which to try again, when the error means "not now"; otherwise undefined. */
function retryAfterOf(error: Error): number | undefined {
  if (error instanceof Overloaded) return error.retryAfter;
  return isDatabaseUnavailable(error) ? RETRY_AFTER : undefined;
}

/** The status of a refusal by Nest or Fastify, or undefined when the error is nobody's refusal. */
function frameworkStatus(error: Error): number | undefined {
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
