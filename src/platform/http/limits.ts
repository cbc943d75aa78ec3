import type { HttpConfig } from '../../config/config.js';

/** Limits on what a peer may send. */
export const LIMITS = {
  bodyBytes: 256 * 1024,
  /** Room for the longest password and token, form-encoded, several times over. */
  formBytes: 64 * 1024,
  headerFields: 100,
  pathParameterCharacters: 200,
} as const;

/** How long a peer may hold a connection. Milliseconds. */
export interface Deadlines {
  /** From the first byte of a request to the last of its header. */
  headersMs: number;
  /** From the first byte of a request to its last. */
  requestMs: number;
  /** While nothing moves in either direction: a peer that never reads its answers runs into it. */
  idleMs: number;
  /** Between two requests. */
  keepAliveMs: number;
  /** How often the first two are looked at. */
  checkMs: number;
}

/**
 * Of a server that forwards bodies: how long one may take is then said by its route, and by `registerBodyDeadline` for
 * whatever is not forwarded.
 */
export function forwarding(deadlines: Deadlines): Deadlines {
  return { ...deadlines, requestMs: 0 };
}

/** Of a server as it is configured. */
export function deadlinesOf({ keepAliveTimeout }: HttpConfig): Deadlines {
  return { ...DEADLINES, keepAliveMs: keepAliveTimeout * 1000 };
}

const DEADLINES = {
  headersMs: 10_000,
  requestMs: 25_000,
  idleMs: 30_000,
  checkMs: 1_000,
};
