import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { UnknownMethods } from './unknown-methods.js';

/** How long a refused peer may go on sending before the connection is cut. Milliseconds. */
const LINGER_MS = 1_000;

/** The server emits it, with socket and status, about a refused request that the request log never sees. */
export const REFUSED_ON_SOCKET = 'refusedOnSocket';

interface SocketRefusal {
  status: number;
  headers?: Readonly<Record<string, string>>;
}

/** CONNECT names another host and no path, so `Allow` has what paths of this server take. RFC 9110 §15.5.6. */
export const connectRefused: SocketRefusal = {
  status: 405,
  headers: { Allow: 'DELETE, GET, HEAD, PATCH, POST, PUT' },
};

/** A request line that is in order but for the name of its method. RFC 9112 §3. */
const REQUEST_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ (\S+) HTTP\/1\.[01]\r\n/;

/** What Node's parser says of a request that it gave up. */
type ParseError = Error & { code?: string; rawPacket?: unknown; bytesParsed?: number };

const refused = new WeakSet<Duplex>();
const latestResponse = new WeakMap<Duplex, ServerResponse>();

/** To be called with each response, so that no refusal ends up inside one or answers a request again. */
export function noteResponse(response: ServerResponse): void {
  if (response.socket !== null) latestResponse.set(response.socket, response);
}

/** Answers what is no HTTP request: Node's parser gave it up, so there is no request object, only the socket. */
export function refuseMalformed(
  error: ParseError,
  socket: Duplex,
  headers: Readonly<Record<string, string>>,
  unknownMethods: UnknownMethods,
  onRefused: (status: number) => void,
): void {
  if (error.code === 'ECONNRESET') return void socket.destroy();
  const refusal = refusalOf(error, unknownMethods);
  const refuse = (): void => {
    if (refuseOnSocket(socket, refusal, headers)) onRefused(refusal.status);
  };
  const response = latestResponse.get(socket);
  if (response === undefined) return refuse();
  const isOver = response.writableFinished;
  // What is malformed is the request itself, in its body, or what was sent behind it: that is answered in its turn.
  if (response.req.complete) return isOver ? refuse() : onceOver(response, refuse);
  if (response.headersSent) socket.destroy();
  else refuseOnSocket(socket, refusal, headers);
}

const awaited = new WeakSet<ServerResponse>();

/** Once alone: what a peer goes on sending comes here again and again. */
function onceOver(response: ServerResponse, refuse: () => void): void {
  if (awaited.has(response)) return;
  awaited.add(response);
  response.once('finish', refuse);
}

function refusalOf(
  { code, rawPacket, bytesParsed = 0 }: ParseError,
  unknownMethods: UnknownMethods,
): SocketRefusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408 };
  if (code === 'HPE_HEADER_OVERFLOW') return { status: 431 };
  const packet = rawPacket instanceof Uint8Array ? Buffer.from(rawPacket).toString('latin1') : '';
  // Whole requests may stand before it in the packet.
  const line = packet.slice(packet.lastIndexOf('\n', bytesParsed - 1) + 1);
  const [, target] = (code === 'HPE_INVALID_METHOD' && REQUEST_LINE.exec(line)) || [];
  if (target === undefined) return { status: 400 };
  const { status, allow } = unknownMethods.refusalAt(target);
  return { status, headers: allow === undefined ? {} : { Allow: allow } };
}

/**
 * Writes a problem (RFC 9457) as the last response of a connection, and ends it.
 * @returns false where that was done before
 */
export function refuseOnSocket(
  socket: Duplex,
  refusal: SocketRefusal,
  headers: Readonly<Record<string, string>>,
): boolean {
  // What a refused peer goes on sending is refused again and again by the parser.
  if (refused.has(socket)) return false;
  refused.add(socket);
  // Node takes its own listener off a socket that it hands over, as it does for CONNECT: without one, a peer that
  // resets the connection would end the process.
  socket.on('error', () => socket.destroy());
  const { status } = refusal;
  const title = STATUS_CODES[status]!;
  const body = JSON.stringify({ type: 'about:blank', title, status });
  const fields = {
    ...headers,
    ...refusal.headers,
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Date: new Date().toUTCString(),
    Connection: 'close',
  };
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  if (socket.writable) socket.end(`HTTP/1.1 ${status} ${title}\r\n${head.join('')}\r\n${body}`);
  // Closing with bytes unread would reset the connection, and the answer could be lost on its way.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  return true;
}
