import { QueryRunnerAlreadyReleasedError } from 'typeorm';

/**
 * SQLSTATE classes and codes of temporary failures: PostgreSQL manual, Appendix A. After a successful start this
 * includes a refused sign-in (28…) and a missing database (3D000): an operator changes passwords and restores databases
 * under a running server.
 */
const TRANSIENT_STATES =
  /^(08...|28000|28P01|3D000|53...|55000|55P03|57014|57P0[1-5]|58...|25006|25P0[34]|40001|40P01)$/;

const TRANSIENT_ERRNO = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** What node-postgres says, without a code, when the pool is empty or a connection breaks. */
const TRANSIENT_TEXT =
  /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Cannot use a pool after calling end|Query read timeout)/;

/** Whether an error means that the database is away or overloaded, so that the same request may work later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (TRANSIENT_STATES.test(code) || TRANSIENT_ERRNO.has(code))) return true;
  if (TRANSIENT_TEXT.test(error.message)) return true;
  // A connection that breaks within a transaction: TypeORM gives it up, then fails to roll back, and only that is told.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  const { driverError } = error as { driverError?: unknown };
  return driverError !== undefined && driverError !== error && isDatabaseUnavailable(driverError);
}

/** Whether an error is the violation of a unique constraint (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === '23505';
}
