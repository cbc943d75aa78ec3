import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * One structured line per event, on standard output. Nothing is logged whole: no body, no header, no query
 * string, no statement parameter; who logs picks the fields.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino({ level, base: undefined, serializers: { err: describeError } }, destination);
}

/** What of an error is safe and useful to log. Messages of the database quote values, so they stay out. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, constraint, detail } = error as { code?: unknown; constraint?: unknown; detail?: unknown };
  if (isDatabaseError(error)) {
    return { type: error.name, code, constraint, stack: framesOf(error) };
  }
  return {
    type: error.name,
    code,
    message: error.message,
    // Only our own errors keep a private detail meant for the log.
    detail: typeof detail === 'string' ? detail : undefined,
    stack: framesOf(error),
  };
}

/** node-postgres errors carry a `severity`; TypeORM wraps them together with the statement's parameters. */
function isDatabaseError(error: Error): boolean {
  return 'driverError' in error || 'severity' in error;
}

/** The stack without its first lines, which repeat the message. */
function framesOf(error: Error): string | undefined {
  return error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}

/** Who logs what keeps the application from starting or listening, and throws it at whoever starts it besides. */
const THROWN_ANYWAY: ReadonlySet<unknown> = new Set(['ExceptionHandler', 'NestApplication']);

/** Nest's own messages in the same stream and form. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.report('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.report('fatal', message, rest);
  }

  /** Nest passes an error, or its text with the stack and a context. */
  private report(level: 'error' | 'fatal', message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    // An operator is told of it in one line; its stack is for who looks closer.
    const shown = THROWN_ANYWAY.has(context) ? 'debug' : level;
    if (message instanceof Error) this.logger[shown]({ err: message, context }, 'unexpected error');
    else this.logger[shown]({ context }, String(message));
  }
}
