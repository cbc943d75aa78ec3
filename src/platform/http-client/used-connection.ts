import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { DiagnosticsChannel } from 'undici';
import { ResponseHead } from './response-head.js';

/** A connection of undici to another server, and the request that it was last used for. */
export class UsedConnection {
  private requests = 0;
  private head = new ResponseHead();
  private isAnswered = false;

  constructor(socket: Socket) {
    const push = socket.push.bind(socket);
    socket.push = (chunk: Uint8Array | null, encoding?: BufferEncoding) => {
      if (chunk !== null) {
        this.isAnswered = true;
        this.head.read(chunk);
      }
      return push(chunk, encoding);
    };
  }

  /** Whether it carried another request before. */
  get isReused(): boolean {
    return this.requests > 1;
  }

  /** Whether a byte came since the request was sent. */
  get hasResponse(): boolean {
    return this.isAnswered;
  }

  begin(): void {
    this.requests += 1;
    this.head = new ResponseHead();
    this.isAnswered = false;
  }
}

const connections = new WeakMap<object, UsedConnection>();
let awaiting: ((connection: UsedConnection) => void) | undefined;
let isSubscribed = false;

/**
 * Lets every request of undici in this process outlive interim responses that were not asked for (RFC 9110 §15.2). undici
 * says on a diagnostics channel which connection a request is about to be written to; it has no other hook for that.
 */
export function skipInterimResponses(): void {
  if (isSubscribed) return;
  isSubscribed = true;
  subscribe('undici:client:sendHeaders', (message) => {
    const { socket } = message as DiagnosticsChannel.ClientSendHeadersMessage;
    const connection = connections.get(socket) ?? new UsedConnection(socket);
    connections.set(socket, connection);
    connection.begin();
    awaiting?.(connection);
    awaiting = undefined;
  });
}

/**
 * To be called in `onRequestStart`, which undici follows with the writing of the request in the same turn.
 * @param receive called with the connection that the request is written to
 */
export function onConnectionUsed(receive: (connection: UsedConnection) => void): void {
  awaiting = receive;
}
