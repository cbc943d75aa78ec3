import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Time between the first two questions whether the peer of a half-closed connection is still there; it doubles up to the
 * maximum. A reset is seen at the write after the one that caused it. Milliseconds.
 */
const FIRST_PROBE_MS = 100;
const MAX_PROBE_MS = 5_000;

/** How long a response that has begun may make no progress after its client has closed its side. Milliseconds. */
const STANDSTILL_MS = 1_000;

/** Responses under way of each connection; one listener serves all that are pipelined. */
const underWay = new WeakMap<Socket, Set<ServerResponse>>();

/**
 * Distinguishes a client that closed only its side of the connection, and still reads, from a disconnected one: to this
 * server both look the same. A disconnected peer resets the connection when it receives data. So a response that has
 * not begun is preceded by 102, which every HTTP/1.1 client skips (RFC 9110 §15.2). Nothing can be inserted into a
 * response that has begun: it continues while data moves.
 */
export function watchHalfClosed(request: IncomingMessage, response: ServerResponse): void {
  // The connection may soon carry another protocol.
  if (request.headers.upgrade !== undefined) return;
  const responses = responsesOn(request.socket);
  responses.add(response);
  response.once('close', () => responses.delete(response));
  if (request.socket.readableEnded) watch(response);
}

function responsesOn(socket: Socket): Set<ServerResponse> {
  const known = underWay.get(socket);
  if (known !== undefined) return known;
  const responses = new Set<ServerResponse>();
  underWay.set(socket, responses);
  socket.once('end', () => responses.forEach(watch));
  return responses;
}

function watch(response: ServerResponse): void {
  if (response.headersSent) response.once('close', closeAtStandstill(response));
  else if (response.req.httpVersion === '1.1') response.once('close', probeUntilBegun(response));
}

function probeUntilBegun(response: ServerResponse): () => void {
  let timer: NodeJS.Timeout | undefined;
  const probe = (nextMs: number): void => {
    if (response.headersSent) return;
    response.writeProcessing();
    timer = setTimeout(probe, nextMs, Math.min(nextMs * 2, MAX_PROBE_MS));
  };
  probe(FIRST_PROBE_MS);
  return () => clearTimeout(timer);
}

function closeAtStandstill(response: ServerResponse): () => void {
  const { socket } = response;
  let written = socket?.bytesWritten;
  const timer = setInterval(() => {
    if (socket?.bytesWritten === written && socket?.writableLength === 0) socket.destroy();
    written = socket?.bytesWritten;
  }, STANDSTILL_MS);
  return () => clearInterval(timer);
}
