import type { IncomingHttpHeaders } from 'node:http';
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  ConsecutiveBreaker,
  type IPolicy,
  TaskCancelledError,
  bulkhead,
  circuitBreaker,
  handleType,
} from 'cockatiel';
import { Pool } from 'undici';
import type { DirectoryConfig } from '../../../config/config.js';
import type { AppLogger } from '../../../platform/logging/logging.module.js';
import { DirectoryFailure, NoAnswer } from './directory-failure.js';
import type { DirectoryLimits } from './directory-limits.js';

export interface DirectoryRequest {
  method: 'GET' | 'POST';
  path: string;
  /** Sent as JSON. */
  body?: object;
}

/** An answer whose body is read whole and not looked at. */
export interface DirectoryAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Uint8Array;
}

/** How long a request turned away for want of room should wait. Seconds. */
const FULL_RETRY_AFTER = 2;

/**
 * HTTP to the directory: kept-alive connections, bounded in number, time and size. Redirects are answers like any other,
 * for credentials go to the configured origin and nowhere else.
 */
export class DirectoryConnection {
  private readonly pool: Pool;
  private readonly breaker;
  private readonly lanes: Readonly<Record<'authenticate' | 'describe', IPolicy>>;

  /** @param secret INTERNAL_SECRET, by which the directory knows this process */
  constructor(
    origin: string,
    { ca, clientCertificate: cert, clientKey: key }: DirectoryConfig,
    private readonly secret: string,
    private readonly limits: DirectoryLimits,
    logger: AppLogger,
  ) {
    const { authenticate, describe } = limits;
    this.pool = new Pool(origin, {
      connections: authenticate.inFlight + describe.inFlight,
      // Verified whatever NODE_TLS_REJECT_UNAUTHORIZED says: passwords go over it.
      connect: { timeout: limits.connectMs, ca, cert, key, minVersion: 'TLSv1.2', rejectUnauthorized: true },
      allowH2: false,
      maxResponseSize: limits.answerBytes,
    });
    this.lanes = {
      authenticate: bulkhead(authenticate.inFlight, authenticate.waiting),
      describe: bulkhead(describe.inFlight, describe.waiting),
    };
    this.breaker = circuitBreaker(handleType(NoAnswer), {
      breaker: new ConsecutiveBreaker(limits.failuresInARow),
      halfOpenAfter: limits.restMs,
    });
    this.breaker.onBreak(() => logger.error({}, 'the directory of people is left alone for a while'));
    this.breaker.onReset(() => logger.info({}, 'the directory of people answers again'));
  }

  /** @throws DirectoryFailure when there is no answer, or no room to ask */
  async ask(lane: 'authenticate' | 'describe', request: DirectoryRequest): Promise<DirectoryAnswer> {
    const signal = AbortSignal.timeout(this.limits[lane].deadlineMs);
    try {
      return await this.lanes[lane].execute(
        () => this.breaker.execute(() => this.send(request, signal), signal),
        signal,
      );
    } catch (error) {
      throw this.failureOf(error);
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  /** A question that changes nothing is asked once more where nobody answered: the connection may have been stale. */
  private async send(request: DirectoryRequest, signal: AbortSignal): Promise<DirectoryAnswer> {
    // Its time ran out in the queue: that says nothing about the directory.
    if (signal.aborted) throw new TaskCancelledError();
    try {
      return await this.exchange(request, signal);
    } catch (error) {
      if (request.method !== 'GET' || !(error instanceof NoAnswer) || signal.aborted) throw error;
      return this.exchange(request, signal);
    }
  }

  private async exchange(
    { method, path, body }: DirectoryRequest,
    signal: AbortSignal,
  ): Promise<DirectoryAnswer> {
    try {
      const {
        statusCode,
        headers,
        body: stream,
      } = await this.pool.request({
        method,
        path,
        signal,
        headers: {
          Authorization: `Bearer ${this.secret}`,
          Accept: 'application/json',
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      });
      return { status: statusCode, headers, body: await stream.bytes() };
    } catch (error) {
      const { code, name } = error as NodeJS.ErrnoException;
      if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') throw new DirectoryFailure('its answer is too large');
      if (signal.aborted) throw new NoAnswer('it took too long');
      // The code of a library or of the system; their texts may quote.
      throw new NoAnswer(`there was no answer: ${code ?? name}`);
    }
  }

  private failureOf(error: unknown): unknown {
    if (error instanceof BrokenCircuitError) {
      return new DirectoryFailure('it is left alone for a while', Math.ceil(this.limits.restMs / 1000));
    }
    if (error instanceof BulkheadRejectedError || error instanceof TaskCancelledError) {
      return new DirectoryFailure('too many requests wait for it', FULL_RETRY_AFTER);
    }
    return error;
  }
}
