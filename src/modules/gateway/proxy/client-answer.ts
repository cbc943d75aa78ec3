import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { AnswerReceiver } from './exchange.js';
import { countBodyBytes } from './buffer-collection.js';

/** How long a client may go on sending a body that nobody wants any more. Milliseconds. */
const LINGER_MS = 1_000;

/** What becomes of the answer. */
export interface AnswerListener {
  /** @returns the header for the client, in the form of `rawHeaders` */
  header(status: number, rawHeaders: string[]): string[];
  /** There is room for more of the body. */
  onDrain(): void;
  /** The client went away before it had the whole answer. */
  onGone(): void;
  /** The upstream did not send the whole body. */
  onBroken(error: Error): void;
  /** The upstream switched protocols, having been asked to. @throws when that is not what was asked for */
  onSwitch?(rawHeaders: string[], socket: Duplex): void;
}

/**
 * The client's side of an exchange: its response, and the connection under it. Until the answer begins the response
 * stays untouched, so that whoever asked for the exchange can still answer with an error.
 */
export class ClientAnswer implements AnswerReceiver {
  private readonly socketTimeout: number;
  private listener: AnswerListener | undefined;

  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
  ) {
    const { socket } = request;
    this.socketTimeout = socket.timeout ?? 0;
    // The exchange has clocks of its own. Node sets the next ones when the response is finished.
    socket.setTimeout(0);
    response.on('drain', () => this.listener?.onDrain());
    response.once('close', () => {
      if (!response.writableFinished) this.listener?.onGone();
    });
  }

  /** Whether the response is closed, so that no client can read it. */
  get isGone(): boolean {
    return this.response.closed;
  }

  /** Whether the client has yet to read what it was sent. */
  get awaitsClient(): boolean {
    return this.response.writableNeedDrain;
  }

  listen(listener: AnswerListener): void {
    this.listener = listener;
    if (this.response.closed) listener.onGone();
  }

  begin(status: number, rawHeaders: string[]): void {
    const { response, listener } = this;
    const headers = listener!.header(status, rawHeaders);
    // The default of this server's own responses. Where the answer must not be cached, its header says so.
    response.removeHeader('Cache-Control');
    for (let at = 0; at < headers.length; at += 2) response.removeHeader(headers[at]!);
    for (let at = 0; at < headers.length; at += 2) response.appendHeader(headers[at]!, headers[at + 1]!);
    response.writeHead(status);
    // With the first bytes of the body, if they are here already; otherwise alone, so that an event stream begins.
    process.nextTick(() => {
      if (!response.writableEnded) response.flushHeaders();
    });
  }

  write(chunk: Buffer): boolean {
    countBodyBytes(chunk.length);
    return this.response.write(chunk);
  }

  end(): void {
    void this.finish();
  }

  /** The connection ends with it: of an answer without its end nobody must think that it is whole. */
  breakOff(error: Error): void {
    this.listener?.onBroken(error);
    const { socket, httpVersion } = this.request;
    // To HTTP/1.0 there are no chunks: only a reset tells the end of the connection from that of the body.
    if (httpVersion === '1.0' && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
    this.response.destroy();
  }

  switchTo(rawHeaders: string[], socket: Duplex): void {
    this.listener?.onSwitch?.(rawHeaders, socket);
  }

  /** Has no more to do with the response, nor with what becomes of its connection. */
  detach(): void {
    this.listener = undefined;
  }

  /** Gives the response back for another answer. */
  release(): void {
    this.listener = undefined;
    this.request.socket.setTimeout(this.socketTimeout);
    void this.discardRest();
  }

  private async finish(): Promise<void> {
    const { request, response } = this;
    request.socket.setTimeout(this.socketTimeout);
    const rest = this.discardRest();
    // Node would close the connection with the end of the answer; with bytes of the client unread that is a reset, and
    // the answer could be lost on its way.
    if (!request.complete && !response.shouldKeepAlive) await rest;
    response.end();
  }

  /**
   * Reads what is left of the request and throws it away: the next one on the connection comes after it. A client that
   * still sends after a while is cut off, with the answer in its hands.
   */
  private async discardRest(): Promise<void> {
    const { request } = this;
    request.resume();
    if (request.complete) return;
    const cut = setTimeout(() => request.socket.destroy(), LINGER_MS * 2);
    await new Promise<void>((resolve) => {
      const linger = setTimeout(resolve, LINGER_MS);
      for (const event of ['end', 'close']) {
        request.once(event, () => {
          clearTimeout(linger);
          clearTimeout(cut);
          resolve();
        });
      }
    });
  }
}
