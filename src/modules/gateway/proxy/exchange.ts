import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import { type UsedConnection, onConnectionUsed } from '../../../platform/http-client/used-connection.js';
import { ClosedUnanswered, UnsolicitedSwitch, Unreached, isClosedConnection } from './failures.js';
import type { ExchangeTimeouts } from './exchange-timeouts.js';

/** Who takes the answer of an upstream. */
export interface AnswerReceiver {
  /** The header of the final answer. @throws when it cannot be passed on, which breaks the exchange off */
  begin(status: number, rawHeaders: string[]): void;
  /** @returns whether there is room for more; when there is again, call `Exchange.resume` */
  write(chunk: Buffer): boolean;
  end(): void;
  /** The rest of the body will not come. */
  breakOff(error: Error): void;
  /** The upstream speaks another protocol from here on, over this socket (101). @throws when it was not to */
  switchTo(rawHeaders: string[], socket: Duplex): void;
}

/** One request to one target, and the answer. A handler of undici's, which calls it once for each event. */
export class Exchange implements Dispatcher.DispatchHandler {
  private readonly answer = Promise.withResolvers<void>();
  private readonly end = Promise.withResolvers<void>();
  private controller: Dispatcher.DispatchController | undefined;
  private connection: UsedConnection | undefined;
  private wasSentWhole = false;
  private wasAnswered = false;
  private stopReason: Error | undefined;

  constructor(
    private readonly receiver: AnswerReceiver,
    private readonly exchangeTimeouts: ExchangeTimeouts,
  ) {}

  /**
   * Fulfilled with the header of the answer.
   * @throws what prevented it; `Unreached` when nothing was sent, `ClosedUnanswered` when a reused connection closed first
   */
  get answered(): Promise<void> {
    return this.answer.promise;
  }

  /** Fulfilled when nothing of the exchange is left on a connection, however it ended. */
  get over(): Promise<void> {
    return this.end.promise;
  }

  /** Whether all of the request was sent, and nothing of a response has come. */
  get awaitsResponse(): boolean {
    return this.wasSentWhole && !this.wasAnswered;
  }

  get isStopped(): boolean {
    return this.stopReason !== undefined;
  }

  /** Breaks the exchange off; its connection with it. */
  stop(reason: Error): void {
    if (this.stopReason !== undefined) return;
    this.stopReason = reason;
    // While it connects there is nothing to abort: undici reports once it has connected, or failed to.
    if (this.controller === undefined) this.fail(reason);
    else this.controller.abort(reason);
  }

  resume(): void {
    this.exchangeTimeouts.moved();
    this.controller?.resume();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.stopReason !== undefined) return controller.abort(this.stopReason);
    onConnectionUsed((connection) => (this.connection = connection));
    this.exchangeTimeouts.sending();
  }

  onBodySent(): void {
    this.exchangeTimeouts.moved();
  }

  onRequestSent(): void {
    this.wasSentWhole = true;
    this.exchangeTimeouts.waiting();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    // With `Upgrade` it comes as `onRequestUpgrade`, or as an error where none was asked for. RFC 9110 §15.2.2.
    if (status === 101) throw new UnsolicitedSwitch();
    // Interim responses are for this server, which is the upstream's client. RFC 9110 §15.2.
    if (status < 200) return;
    this.receiver.begin(status, textOf(controller.rawHeaders));
    this.exchangeTimeouts.receiving();
    this.succeed();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.exchangeTimeouts.moved();
    if (!this.receiver.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.exchangeTimeouts.stop();
    this.receiver.end();
    this.end.resolve();
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    _status: number,
    _headers: unknown,
    socket: Duplex,
  ): void {
    this.exchangeTimeouts.stop();
    this.receiver.switchTo(textOf(controller.rawHeaders), socket);
    this.succeed();
    this.end.resolve();
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.exchangeTimeouts.stop();
    this.fail(this.stopReason ?? this.failureOf(error));
    this.end.resolve();
  }

  private failureOf(error: Error): Error {
    if (this.controller === undefined) return new Unreached(error);
    const { isReused, hasResponse } = this.connection ?? { isReused: false, hasResponse: false };
    return isReused && !hasResponse && isClosedConnection(error) ? new ClosedUnanswered(error) : error;
  }

  private succeed(): void {
    this.wasAnswered = true;
    this.answer.resolve();
  }

  private fail(error: Error): void {
    if (this.wasAnswered) this.receiver.breakOff(error);
    else this.answer.reject(error);
  }
}

/** As undici has them: bytes, which in HTTP are Latin-1. */
function textOf(rawHeaders: Dispatcher.DispatchController['rawHeaders']): string[] {
  if (!Array.isArray(rawHeaders)) return [];
  return rawHeaders.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
}
