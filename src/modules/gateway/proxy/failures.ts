import type { Lesson } from '../../../platform/circuit/circuit.js';
import { BadGateway, GatewayTimeout, ProblemError, RequestTimeout } from '../../../protocol/problem.js';

/** The client went away, so there is nobody to answer. */
export class ClientGone extends Error {
  readonly code = 'CLIENT_GONE';

  constructor() {
    super('The client closed the connection.');
    this.name = new.target.name;
  }
}

/** The decision that admitted the request no longer holds, so it ends here. */
export class AdmissionEnded extends Error {
  readonly code = 'ADMISSION_ENDED';

  /** @param refusal what the request would be refused with now */
  constructor(readonly refusal: Error) {
    super('The request is no longer admitted.');
    this.name = new.target.name;
  }
}

/**
 * Who let the time pass. `total` is nobody in particular: the route's limit for the whole exchange ran out while the
 * upstream was awaited, and the client had used up most of it.
 */
export type Overdue = 'client' | 'upstream' | 'total';

/** Nothing came in the time that the route gives. */
export class TimedOut extends Error {
  readonly code: string;

  constructor(readonly overdue: Overdue) {
    super('The time that the route gives has passed.');
    this.name = new.target.name;
    this.code = `TIMEOUT_${overdue.toUpperCase()}`;
  }
}

/** No connection to the target could be made, so nothing of the request was sent. */
export class Unreached extends Error {
  readonly code: string;
  readonly wasTimeout: boolean;

  constructor(override readonly cause: Error) {
    super('No connection to the target could be made.');
    this.name = new.target.name;
    this.code = codeOf(cause);
    this.wasTimeout = CONNECT_TIMEOUTS.has(this.code);
  }
}

/**
 * The upstream closed a connection that had carried another request before, and sent no byte of a response: it may have
 * closed the idle connection before the request arrived. RFC 9112 §9.3.1.
 */
export class ClosedUnanswered extends Error {
  readonly code: string;

  constructor(override readonly cause: Error) {
    super('A reused connection was closed before a response.');
    this.name = new.target.name;
    this.code = codeOf(cause);
  }
}

/** The upstream switched protocols without a request for it. */
export class UnsolicitedSwitch extends Error {
  readonly code = 'UNSOLICITED_SWITCH';

  constructor() {
    super('The upstream switched protocols, which the request did not ask for.');
    this.name = new.target.name;
  }
}

/** Whether undici failed because the connection was closed, in order or with a reset. */
export function isClosedConnection(error: Error): boolean {
  return CLOSED.has(codeOf(error));
}

const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

const CONNECT_TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);

/**
 * Whether a failure before the header of the answer speaks against the target: no connection, a connection that broke,
 * no answer in time, or bytes that are no answer. What the client did does not, nor does an answer with any status: an
 * upstream that answers 503 is there, may mean one path of many, and says itself when to come back.
 */
function isUpstreamsFault(error: Error): boolean {
  if (error instanceof TimedOut) return error.overdue === 'upstream';
  const isOthers = [ClientGone, AdmissionEnded, ProblemError].some((kind) => error instanceof kind);
  return !isOthers && !isUnsendable(error);
}

/** What a failure before the header of the response says about the target, for its circuit. */
export function lessonOf(error: unknown): Lesson {
  if (!(error instanceof Error) || !isUpstreamsFault(error)) return 'none';
  return error instanceof Unreached ? 'unreached' : 'failure';
}

/** What the caller is told of a failure before the header of the answer: no host, no address, no reason. */
export function refusalOf(error: Error): Error {
  if (error instanceof AdmissionEnded) return error.refusal;
  if (error instanceof ProblemError) return error;
  if (isUnsendable(error)) return new ProblemError(400, 'The request cannot be forwarded.');
  if (error instanceof Unreached) return error.wasTimeout ? new GatewayTimeout() : new BadGateway();
  if (!(error instanceof TimedOut)) return new BadGateway();
  return error.overdue === 'client' ? new RequestTimeout() : new GatewayTimeout();
}

/** undici would not send it as it is: the request's fault, and nothing that a target did. */
function isUnsendable(error: Error): boolean {
  return UNSENDABLE.has(codeOf(error));
}

const UNSENDABLE = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

/** A code for the log, which quotes nothing of request or answer. */
export function codeOf(error: Error): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'string') return code;
  // A dual-stack connection that failed at every address.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return first instanceof Error ? codeOf(first) : error.name;
}
