import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** A peer that reads no more: its answer may be on its way, or here already. */
const READS_NO_MORE = new Set(['EPIPE', 'ECONNRESET']);

type Done = (error?: Error | null) => void;
type Writes = Record<
  '_write' | '_writev',
  ((this: Socket, chunk: unknown, next: unknown, done?: unknown) => void) | undefined
>;

/**
 * Keeps connections readable after they can no longer be written to. A server that has seen enough of a body answers and
 * closes; what is still being sent then fails, and undici would take that failure for the end of everything, the answer
 * included. Here such writes lead nowhere instead, and reading says how the connection ends: with the answer, or without.
 */
export function readableAfterFailedWrites(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      ignoreFailedWrites(socket);
      callback(null, socket);
    });
}

function ignoreFailedWrites(socket: Socket): void {
  // What a stream does with writes is its own, in no type of a socket, under names of Node's.
  const writes = socket as unknown as Writes;
  /* oxlint-disable no-underscore-dangle -- as above */
  const { _write: write, _writev: writev } = writes;
  writes._write = function (chunk, encoding, done) {
    write!.call(this, chunk, encoding, forgiving(done as Done));
  };
  if (writev) {
    writes._writev = function (chunks, done) {
      writev.call(this, chunks, forgiving(done as Done));
    };
  }
  /* oxlint-enable no-underscore-dangle */
}

function forgiving(done: Done): Done {
  return (error) =>
    done(READS_NO_MORE.has((error as NodeJS.ErrnoException | null)?.code ?? '') ? null : error);
}
