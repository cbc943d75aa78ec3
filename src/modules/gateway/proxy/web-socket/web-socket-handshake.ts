import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ProblemError } from '../../../../protocol/problem.js';
import { canonicalName, fieldsOf } from '../../headers/field-name.js';
import { framingOf } from '../request-body.js';

/** The one version that there is. RFC 6455 §4.1. */
const VERSION = '13';

/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;

/** RFC 6455 §1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A handshake of another version, with what its answer has to say of ours. RFC 6455 §4.4, RFC 9110 §15.5.22. */
export class VersionNotSpoken extends ProblemError {
  readonly headers = {
    Connection: 'Upgrade, close',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': VERSION,
  };

  constructor() {
    super(426, `The version of a WebSocket handshake must be ${VERSION}.`);
  }
}

/**
 * Reads the opening handshake of a client. RFC 6455 §4.2.1.
 *
 * @returns its Sec-WebSocket-Key
 * @throws ProblemError 400 for what is no handshake
 * @throws VersionNotSpoken
 */
export function readHandshake(request: IncomingMessage): string {
  const { method, httpVersion, headers } = request;
  const key = headers['sec-websocket-key'];
  const isHandshake =
    method === 'GET' &&
    httpVersion === '1.1' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    !framingOf(request).hasBody;
  if (!isHandshake || key === undefined || !KEY.test(key)) {
    throw new ProblemError(400, 'The request is no WebSocket handshake.');
  }
  if (headers['sec-websocket-version'] !== VERSION) {
    throw new VersionNotSpoken();
  }
  return key;
}

/** What an upstream made of a handshake is no acceptance, though it switched protocols. */
export class NotAccepted extends Error {
  readonly code = 'WEBSOCKET_NOT_ACCEPTED';

  constructor() {
    super('The upstream switched to something else than the WebSocket that was asked for.');
    this.name = new.target.name;
  }
}

/**
 * Demands that an upstream has accepted this handshake: bytes would pass unread from here on, so a 101 that was tricked
 * out of it must not begin a tunnel. RFC 6455 §4.1.
 *
 * @throws NotAccepted
 */
export function demandAcceptance(rawHeaders: string[], key: string): void {
  const accept = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  const values = (name: string): string[] =>
    [...fieldsOf(rawHeaders)].filter(([field]) => canonicalName(field) === name).map(([, value]) => value);
  const [upgrade] = values('upgrade');
  const [accepted, ...others] = values('sec-websocket-accept');
  if (upgrade?.toLowerCase() !== 'websocket' || accepted !== accept || others.length > 0)
    throw new NotAccepted();
}

/** The header with which a handshake ends at the client. RFC 6455 §4.2.2. */
export function acceptance(headers: string[]): string {
  const fields = [...fieldsOf(['Upgrade', 'websocket', 'Connection', 'Upgrade', ...headers])];
  return `HTTP/1.1 101 Switching Protocols\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}
