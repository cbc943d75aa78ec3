/** What PostgreSQL's and the system's codes mean to an operator at start. PostgreSQL manual, Appendix A. */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'there is no such host',
  ETIMEDOUT: 'it does not answer',
  '3D000': 'there is no such database; create it first',
  '28P01': 'the user or the password is wrong',
  '28000': 'the user is not let in',
  '57P03': 'it is starting up or shutting down',
  '08P01': 'the pooler in front of it refuses the connection: see the log of the pooler',
  '25006': 'it is read-only, as a standby is',
  '53300': 'it has no connection left',
};

/** The database server cannot be used at start. Names neither its address nor its user, which come from a secret. */
export class UnusableDatabase extends Error {
  constructor(cause: unknown) {
    super(`The database that DATABASE_URL names cannot be used: ${reasonOf(cause)}.`, { cause });
    this.name = 'UnusableDatabase';
  }
}

function reasonOf(cause: unknown): string {
  // Node tries every address of a name, and gives the failures together.
  const error: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code !== 'string') return error instanceof Error ? error.message : 'the reason is unknown';
  return Object.hasOwn(REASONS, code) ? `${REASONS[code]} (${code})` : code;
}
