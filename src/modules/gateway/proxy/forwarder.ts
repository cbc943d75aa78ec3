import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Dispatcher } from 'undici';
import { AppLogger } from '../../../platform/logging/logging.module.js';
import { ContentTooLarge, ProblemError } from '../../../protocol/problem.js';
import { requestHeaders } from '../headers/request-headers.js';
import { responseHeaders } from '../headers/response-headers.js';
import type { Admission } from './admission.js';
import { ClientAnswer } from './client-answer.js';
import { Exchange } from './exchange.js';
import { ClientGone, TimedOut, Unreached, codeOf, refusalOf } from './failures.js';
import { Patience } from './patience.js';
import { RequestBody, framingOf } from './request-body.js';
import type { Target } from './target.js';
import { UpstreamPools } from './upstream-pools.js';

/** RFC 9110 §9.2.2: to do it twice is to do it once. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Targets that one request is taken to, at most. */
const MOST_TARGETS = 3;

/** Forwards admitted requests to their upstreams and the answers back, both as they come. */
@Injectable()
export class Forwarder {
  constructor(
    private readonly pools: UpstreamPools,
    private readonly logger: AppLogger,
  ) {}

  /**
   * Writes the upstream's answer to the response; the promise is fulfilled when it is written, or the client is gone.
   * The body of the request is not touched before a connection to an upstream stands.
   *
   * @throws ProblemError while nothing of an answer is written, never after: 413 for too long a body, 408 for one that
   *   stops coming, 502 without a valid answer, 503 without a target, 504 without an answer in time, 501 for TRACE
   */
  async forward(admission: Admission, request: IncomingMessage, response: ServerResponse): Promise<void> {
    // It would send the identity that is meant for the upstream to the client.
    if (request.method === 'TRACE') throw new ProblemError(501, 'This server does not forward this method.');
    const { hasBody, contentLength } = framingOf(request);
    const { maxBodyBytes, timeouts } = admission.route;
    if (Number(contentLength) > (maxBodyBytes ?? Infinity)) throw new ContentTooLarge();
    const first = this.pools.choose(admission.route);

    const answer = new ClientAnswer(request, response);
    const body = hasBody
      ? new RequestBody(request, maxBodyBytes, () => admission.awaitsContinue && response.writeContinue())
      : undefined;
    const forwarding: Forwarding = { admission, request, body, contentLength, answer, current: undefined };
    const stop = (reason: Error): void => forwarding.current?.stop(reason);
    const total =
      timeouts.total === undefined ? undefined : setTimeout(stop, timeouts.total, new TimedOut('total'));
    try {
      await this.tryTargets(first, forwarding);
    } catch (error) {
      if (error instanceof ClientGone) return;
      answer.release();
      throw refusalOf(error as Error);
    } finally {
      clearTimeout(total);
      body?.destroy();
    }
  }

  private async tryTargets(first: Target, forwarding: Forwarding): Promise<void> {
    const { admission, request, body } = forwarding;
    const mayRepeat = body === undefined && IDEMPOTENT.has(request.method ?? '');
    const tried = new Set<Target>();
    for (let target: Target | undefined = first; ;) {
      tried.add(target);
      try {
        return await this.exchange(target, forwarding);
      } catch (error) {
        this.report(error as Error, target, admission);
        const isRepeatable = mayRepeat && error instanceof Unreached && tried.size < MOST_TARGETS;
        target = isRepeatable ? this.pools.another(admission.route, tried) : undefined;
        if (target === undefined) throw error;
      }
    }
  }

  /** @throws what prevented an answer */
  private async exchange(target: Target, forwarding: Forwarding): Promise<void> {
    const { admission, answer, body } = forwarding;
    const patience = new Patience(admission.route.timeouts, (phase) => {
      const isClients = phase === 'sending' ? body?.awaitsClient : answer.awaitsClient;
      exchange.stop(new TimedOut(isClients ? 'client' : 'upstream'));
    });
    const exchange = new Exchange(answer, patience);
    forwarding.current = exchange;
    answer.listen({
      header: (status, rawHeaders) => this.answerHeader(status, rawHeaders, target, admission),
      onDrain: () => exchange.resume(),
      onGone: () => exchange.stop(new ClientGone()),
      onBroken: (error) => this.report(error, target, admission),
    });
    await target.circuit.run(async () => {
      if (!exchange.isStopped) {
        void exchange.over.then(target.enter());
        target.pool.dispatch(dispatchOptions(forwarding), exchange);
      }
      await exchange.answered;
    });
    await exchange.over;
  }

  private answerHeader(status: number, rawHeaders: string[], target: Target, admission: Admission): string[] {
    const { route, path, requestId, proto, host, extraResponseHeaders } = admission;
    const { headers, withheld } = responseHeaders(rawHeaders, {
      ...{ status, requestId, route, path },
      target: target.origin,
      publicOrigin: host === undefined ? undefined : `${proto}://${host}`,
      isAuthenticated: !route.public,
      extraHeaders: extraResponseHeaders,
    });
    if (withheld.length > 0) {
      this.logger.warn(
        { request_id: requestId, route: route.id, target: target.origin, fields: withheld },
        'an upstream referred to a foreign place',
      );
    }
    return headers;
  }

  /** Never the request itself, which is the client's, nor what the upstream said. */
  private report(error: Error, target: Target, { requestId, route }: Admission): void {
    if (error instanceof ClientGone || error instanceof ProblemError) return;
    this.logger.warn(
      { request_id: requestId, route: route.id, target: target.origin, error: codeOf(error) },
      'an exchange with an upstream failed',
    );
  }
}

/** A request on its way, over as many targets as it takes. */
interface Forwarding {
  admission: Admission;
  request: IncomingMessage;
  body: RequestBody | undefined;
  contentLength: string | undefined;
  answer: ClientAnswer;
  current: Exchange | undefined;
}

function dispatchOptions({
  admission,
  request,
  body,
  contentLength,
}: Forwarding): Dispatcher.DispatchOptions {
  const headers = requestHeaders(request.rawHeaders, {
    ...admission,
    httpVersion: request.httpVersion,
    forwardAuthorization: admission.route.forwardAuthorization,
  });
  if (contentLength !== undefined) headers.push('Content-Length', contentLength);
  return { method: request.method ?? 'GET', path: admission.path, headers, body };
}
