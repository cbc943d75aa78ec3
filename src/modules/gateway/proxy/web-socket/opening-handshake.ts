import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Admission } from '../admission.js';
import { clientHeader, upstreamHeader } from '../admitted-headers.js';
import { answerListener } from '../answer-listener.js';
import { ClientAnswer } from '../client-answer.js';
import { startDeadlines } from '../deadlines.js';
import { Exchange } from '../exchange.js';
import type { ExchangeLog } from '../exchange-log.js';
import { ClientGone, TimedOut, refusalOf } from '../failures.js';
import { ExchangeTimeouts } from '../exchange-timeouts.js';
import type { Target } from '../targets/target.js';
import { acceptance, demandAcceptance, readHandshake } from './web-socket-handshake.js';

/** A request as Node hands it over in its `upgrade` event. */
export interface UpgradeRequest {
  request: IncomingMessage;
  /** On the socket, for any other answer than 101. */
  response: ServerResponse;
  socket: Socket;
  /** What the client sent after the header. */
  head: Buffer;
}

/** The opening handshake of a WebSocket, between a client and one target. */
export class OpeningHandshake {
  private readonly key: string;
  private readonly answer: ClientAnswer;
  private readonly exchange: Exchange;
  private accepted: { upstream: Duplex; header: string } | undefined;

  /** @throws ProblemError 400, 426 for what is no handshake; the socket is untouched then */
  constructor(
    private readonly admission: Admission,
    private readonly upgrade: UpgradeRequest,
    private readonly target: Target,
    private readonly log: ExchangeLog,
  ) {
    const { request, response } = upgrade;
    this.key = readHandshake(request);
    this.answer = new ClientAnswer(request, response);
    this.exchange = new Exchange(
      this.answer,
      new ExchangeTimeouts(admission.route.timeouts, () => this.giveUp()),
    );
  }

  /** Fulfilled when the handshake holds nothing of the target any more, but for the socket of a tunnel. */
  get over(): Promise<void> {
    return this.exchange.over;
  }

  /**
   * @returns the upstream's socket when it has accepted, and the client knows; undefined when it answered otherwise,
   *   and the client has that answer, or when the client is gone
   * @throws ProblemError while nothing is written to the socket, and the response is free for another answer
   */
  async take(): Promise<Duplex | undefined> {
    const stopDeadlines = startDeadlines(this.admission.route, () => this.giveUp());
    this.listen();
    try {
      await this.target.circuit.run(false, async () => this.dispatch());
      await this.exchange.over;
    } catch (error) {
      if (error instanceof ClientGone) return undefined;
      this.log.failed(error as Error, this.target, this.admission);
      this.answer.release();
      throw refusalOf(error as Error);
    } finally {
      stopDeadlines();
    }
    return this.accepted && this.accept(this.accepted);
  }

  /** A handshake has no body that a client could be slow to send. */
  private giveUp(): void {
    this.exchange.stop(new TimedOut('upstream'));
  }

  private listen(): void {
    const { answer, exchange, admission, target, log } = this;
    answer.listen({
      ...answerListener(exchange, admission, target, log),
      onSwitch: (rawHeaders, upstream) => {
        demandAcceptance(rawHeaders, this.key);
        const { headers } = clientHeader(admission, target, 101, rawHeaders);
        this.accepted = { upstream, header: acceptance(headers) };
      },
    });
  }

  private async dispatch(): Promise<void> {
    const { admission, upgrade, exchange } = this;
    const { headers, dropped } = upstreamHeader(admission, upgrade.request);
    this.log.dropped(dropped, this.target, admission);
    const options = { method: 'GET', path: admission.path, headers, upgrade: 'websocket' };
    // A connection that was used before may be closing, and a tunnel takes one from the pool for good.
    this.target.freshConnections.dispatch(options, exchange);
    await exchange.answered;
  }

  private accept({ upstream, header }: { upstream: Duplex; header: string }): Duplex | undefined {
    const { response, socket, head } = this.upgrade;
    this.answer.detach();
    if (socket.destroyed) {
      upstream.destroy();
      return undefined;
    }
    response.detachSocket(socket);
    socket.write(header, 'latin1');
    socket.unshift(head);
    return upstream;
  }
}
