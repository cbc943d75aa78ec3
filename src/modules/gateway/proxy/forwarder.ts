import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher, Pool } from 'undici';
import { liftBodyDeadline } from '../../../platform/http/body-deadline.js';
import type { Clock } from '../../../platform/clock/clock.js';
import type { AppLogger } from '../../../platform/logging/logging.module.js';
import { ContentTooLarge } from '../../../protocol/problem.js';
import type { Admission } from './admission.js';
import { upstreamHeader } from './admitted-headers.js';
import { answerListener } from './answer-listener.js';
import { ClientAnswer } from './client-answer.js';
import { startDeadlines, whoIsOverdue } from './deadlines.js';
import { Exchange } from './exchange.js';
import { ExchangeLog } from './exchange-log.js';
import { AdmissionEnded, ClientGone, ClosedUnanswered, TimedOut, Unreached, refusalOf } from './failures.js';
import { HeldAnswer } from './held-answer.js';
import { ExchangeTimeouts } from './exchange-timeouts.js';
import { Revalidation } from './revalidation.js';
import { RequestBody, framingOf } from './request-body.js';
import { mayRetryElsewhere, mayRetryReused } from './retries.js';
import type { Asking, Target } from './targets/target.js';
import type { UpstreamPools } from './targets/upstream-pools.js';

/** Targets that one request is taken to, at most. */
const MAX_TARGETS = 3;

/** Forwards admitted requests to their upstreams and the answers back, both as they come. */
export class Forwarder {
  private readonly log: ExchangeLog;

  /** @param anonymousWaitMs as `startDeadlines` takes it */
  constructor(
    private readonly pools: UpstreamPools,
    logger: AppLogger,
    private readonly clock: Clock,
    private readonly anonymousWaitMs?: number,
  ) {
    this.log = new ExchangeLog(logger);
  }

  /**
   * Writes the upstream's answer to the response; the promise is fulfilled when it is written, or the client is gone.
   * The body of the request is not touched before a connection to an upstream stands.
   *
   * @throws ProblemError while nothing of an answer is written, never after: 413 for too long a body, 408 for one that
   *   stops coming, 502 without a valid answer, 503 without a target, 504 without an answer in time; Throttled for a
   *   caller that takes up its share of what may be in flight
   */
  async forward(admission: Admission, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { hasBody, contentLength } = framingOf(request);
    const { maxBodyBytes } = admission.route;
    if (Number(contentLength) > (maxBodyBytes ?? Infinity)) throw new ContentTooLarge();
    const { route, caller } = admission;
    const asking = { route, caller, hasBody };
    const first = this.pools.choose(asking);

    // From here on the exchange has times of its own; what is refused above keeps the server's.
    liftBodyDeadline(request);
    const answer = new ClientAnswer(request, response);
    const body = hasBody
      ? new RequestBody(request, {
          contentLength: contentLength === undefined ? undefined : Number(contentLength),
          maxBytes: maxBodyBytes,
          onFirstRead: () => admission.awaitsContinue && response.writeContinue(),
          mayComplete: async () => revalidation.stillHolds(),
        })
      : undefined;
    const forwarding: Forwarding = {
      admission,
      asking,
      request,
      body,
      contentLength,
      answer,
      current: undefined,
      stopReason: undefined,
      held: undefined,
    };
    const onExpiry = (): void => {
      stop(forwarding, new TimedOut(whoIsOverdue(body, answer, forwarding.current!.sinceMs)));
    };
    const revalidation = new Revalidation(
      admission.terms,
      this.clock,
      (refusal) => stop(forwarding, new AdmissionEnded(refusal)),
      {
        startAfterMs: admission.terms.checkMs,
        // It may have been carried out, and the response is bounded by the route's timeouts.
        mayOutliveToken: () => forwarding.current?.exchange.awaitsResponse === true,
      },
    );
    const stopDeadlines = startDeadlines(admission.route, onExpiry, body, this.anonymousWaitMs);
    try {
      await this.tryTargets(first, forwarding);
    } catch (error) {
      if (error instanceof ClientGone) return;
      answer.release();
      throw refusalOf(error as Error);
    } finally {
      stopDeadlines();
      revalidation.stop();
      body?.destroy();
    }
  }

  private async tryTargets(first: Target, forwarding: Forwarding): Promise<void> {
    const { admission, asking, request } = forwarding;
    const mayRepeat = mayRetryElsewhere(asking, request.method);
    const tried = new Set<Target>();
    for (let target: Target | undefined = first; ;) {
      tried.add(target);
      try {
        return await this.exchange(target, forwarding);
      } catch (error) {
        this.log.failed(error as Error, target, admission);
        const isRepeatable = mayRepeat && error instanceof Unreached && tried.size < MAX_TARGETS;
        if (!isRepeatable) throw error;
        await renewIdentity(forwarding);
        target = this.pools.another(asking, tried);
        if (target === undefined) throw error;
      }
    }
  }

  /** @throws what prevented an answer */
  private async exchange(target: Target, forwarding: Forwarding): Promise<void> {
    const { asking, admission, request } = forwarding;
    let exchange = this.exchangeWith(target, forwarding);
    try {
      await target.circuit.run(asking.hasBody, async () => {
        try {
          await this.send(exchange, target, target.pool, forwarding);
        } catch (error) {
          if (!(error instanceof ClosedUnanswered) || !mayRetryReused(asking, request.method)) throw error;
          this.log.repeated(error, target, admission);
          await renewIdentity(forwarding);
          exchange = this.exchangeWith(target, forwarding);
          await this.send(exchange, target, target.freshConnections, forwarding);
        }
      });
    } catch (error) {
      if (!(error instanceof Unreached)) await admission.change?.settle(undefined);
      throw error;
    }
    await exchange.over;
    await forwarding.held?.released;
  }

  private exchangeWith(target: Target, forwarding: Forwarding): Exchange {
    const { admission, answer, body } = forwarding;
    const exchangeTimeouts = new ExchangeTimeouts(admission.route.timeouts, (phase) => {
      const isClients = phase === 'sending' ? body?.awaitsClient : answer.awaitsClient;
      exchange.stop(new TimedOut(isClients ? 'client' : 'upstream'));
    });
    const { change } = admission;
    const held = change && new HeldAnswer(answer, change, () => exchange.resume());
    const exchange = new Exchange(held ?? answer, exchangeTimeouts);
    forwarding.current = { exchange, sinceMs: performance.now() };
    forwarding.held = held;
    const listener = answerListener(exchange, admission, target, this.log);
    // The directory carries out a complete request even if its client disconnects, so the gateway must learn of the
    // change.
    const isSent = (): boolean => body === undefined || body.hasArrived;
    const onGone = (): void => (held !== undefined && isSent() ? undefined : listener.onGone());
    answer.listen({ ...listener, onGone });
    if (forwarding.stopReason !== undefined) exchange.stop(forwarding.stopReason);
    return exchange;
  }

  private async send(
    exchange: Exchange,
    target: Target,
    connections: Pool,
    forwarding: Forwarding,
  ): Promise<void> {
    if (!exchange.isStopped) {
      void exchange.over.then(target.enter(forwarding.admission.caller));
      connections.dispatch(this.dispatchOptions(target, forwarding), exchange);
    }
    await exchange.answered;
  }

  private dispatchOptions(target: Target, forwarding: Forwarding): Dispatcher.DispatchOptions {
    const { admission, request, body, contentLength } = forwarding;
    const { headers, dropped } = upstreamHeader(admission, request);
    this.log.dropped(dropped, target, admission);
    if (contentLength !== undefined) headers.push('Content-Length', contentLength);
    return { method: request.method ?? 'GET', path: admission.path, headers, body };
  }
}

/** A request on its way, over as many targets as it takes. */
interface Forwarding {
  admission: Admission;
  asking: Asking;
  request: IncomingMessage;
  body: RequestBody | undefined;
  contentLength: string | undefined;
  answer: ClientAnswer;
  /** The exchange under way, and when it began, as of performance.now(). */
  current: { exchange: Exchange; sinceMs: number } | undefined;
  held: HeldAnswer | undefined;
  /** Why the request was stopped, if it was. No attempt may begin after that. */
  stopReason: Error | undefined;
}

function stop(forwarding: Forwarding, reason: Error): void {
  forwarding.stopReason ??= reason;
  forwarding.current?.exchange.stop(reason);
}

/** Before another attempt: the assertion of the one before may have ended since. */
async function renewIdentity(forwarding: Forwarding): Promise<void> {
  const { admission } = forwarding;
  forwarding.admission = { ...admission, identityHeaders: await admission.renewIdentity() };
}
