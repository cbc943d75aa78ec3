import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Injectable } from '@nestjs/common';
import type { OwnPaths } from '../../../platform/http/own-paths.js';

/** Closing with bytes unread would reset the connection, and the answer could be lost on its way. Milliseconds. */
const LINGER_MS = 1_000;

/** A connection that Node's server has let go because the client asks for another protocol. */
export interface Upgrade {
  socket: Socket;
  /** What the client sent after the header. */
  head: Buffer;
}

/**
 * Takes WebSocket handshakes the way of every other request: Node hands them over before anything of this server has seen
 * them, and whatever is asked of a request must be asked of these.
 */
@Injectable()
export class Upgrades {
  private readonly upgrades = new WeakMap<IncomingMessage, Upgrade>();
  /** Requests of a connection whose answers are not finished: pipelined ones come before that. */
  private readonly unanswered = new WeakMap<Socket, number>();

  /** From here on, handshakes for what this process does not serve itself come with `of`. */
  listen(server: Server, ownPaths: OwnPaths): void {
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) =>
      this.count(socket, response),
    );
    const isOurs = ({ headers, url = '' }: IncomingMessage): boolean =>
      headers.upgrade?.toLowerCase() === 'websocket' && ownPaths.find(url) === undefined;
    // Whatever else asks for an upgrade is answered as if it had not, and so is a handshake behind a request that is still
    // being answered: the connection cannot change hands under that answer.
    const shouldUpgrade = (request: IncomingMessage): boolean =>
      isOurs(request) && !this.isBusy(request.socket);
    Object.assign(server, { shouldUpgradeCallback: shouldUpgrade });
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      // Node has taken its own listener off, and a reset would end the process.
      socket.on('error', () => socket.destroy());
      // Node before 24.9 does not ask, and lets all come here.
      if (this.isBusy(socket)) return void socket.destroy();
      if (isOurs(request)) this.upgrades.set(request, { socket, head });
      server.emit('request', request, responseOn(socket, request));
    });
  }

  private count(socket: Socket, response: ServerResponse): void {
    this.unanswered.set(socket, (this.unanswered.get(socket) ?? 0) + 1);
    response.once('close', () => this.unanswered.set(socket, this.unanswered.get(socket)! - 1));
  }

  private isBusy(socket: Socket): boolean {
    return (this.unanswered.get(socket) ?? 0) > 0;
  }

  /** The handshake that a request is, if it is one. */
  of(request: IncomingMessage): Upgrade | undefined {
    return this.upgrades.get(request);
  }
}

/** A response on a socket that Node's server has let go: all that its server does for a response otherwise. */
export function responseOn(socket: Socket, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  const onDrain = (): void => void response.emit('drain');
  socket.on('drain', onDrain);
  response.once('close', () => socket.off('drain', onDrain));
  response.once('finish', () => {
    response.detachSocket(socket);
    response.emit('close');
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
  return response;
}
