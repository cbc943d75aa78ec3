import type { IncomingHttpHeaders } from 'node:http';
import { Pool } from 'undici';
import type { DirectoryConfig } from '../../../config/config.js';
import { skipInterimResponses } from '../../../platform/http-client/used-connection.js';
import type { AppLogger } from '../../../platform/logging/logging.module.js';
import { Disconnected } from '../../../protocol/disconnected.js';
import { DirectoryFailure, NoAnswer, NoConnection } from './directory-failure.js';
import { DirectoryLane } from './directory-lane.js';
import type { DirectoryLimits } from './directory-limits.js';

/** `POST /auth`, and `GET /auth/users/:sub`. */
type Question = 'authenticate' | 'describe';

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

/**
 * HTTP to the directory: kept-alive connections, bounded in number, time and size. Redirects are answers like any other,
 * for credentials go to the configured origin and nowhere else.
 */
export class DirectoryConnection {
  private readonly pool: Pool;
  private readonly lanes: Readonly<Record<Question, DirectoryLane>>;
  /** What the requests fail with that wait for a connection which cannot be made. */
  private readonly connectErrors = new WeakSet<Error>();

  /** @param secret INTERNAL_SECRET, by which the directory knows this process */
  constructor(
    origin: string,
    { ca, clientCertificate: cert, clientKey: key }: DirectoryConfig,
    private readonly secret: string,
    limits: DirectoryLimits,
    logger: AppLogger,
  ) {
    const { authenticate, describe } = limits;
    skipInterimResponses();
    this.pool = new Pool(origin, {
      connections: authenticate.inFlight + describe.inFlight,
      // Verified whatever NODE_TLS_REJECT_UNAUTHORIZED says: passwords go over it.
      connect: { timeout: limits.connectMs, ca, cert, key, minVersion: 'TLSv1.2', rejectUnauthorized: true },
      allowH2: false,
      maxResponseSize: limits.answerBytes,
    });
    this.pool.on('connectionError', (_origin, _targets, error) => void this.connectErrors.add(error));
    this.lanes = {
      authenticate: new DirectoryLane(authenticate, limits),
      describe: new DirectoryLane(describe, limits),
    };
    for (const [question, lane] of Object.entries(this.lanes)) {
      lane.onChange((isOpen) => {
        if (isOpen) logger.error({ question }, 'the directory of people is left alone for a while');
        else logger.info({ question }, 'the directory of people answers again');
      });
    }
  }

  /**
   * @param disconnection of the request on whose behalf the directory is asked
   * @throws DirectoryFailure when there is no answer, or no room to ask; Disconnected
   */
  async ask(
    question: Question,
    request: DirectoryRequest,
    disconnection?: AbortSignal,
  ): Promise<DirectoryAnswer> {
    return this.lanes[question].run((signal) => this.send(request, signal), disconnection);
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  /** A question that changes nothing is asked once more where a connection broke: it may have been stale. */
  private async send(request: DirectoryRequest, signal: AbortSignal): Promise<DirectoryAnswer> {
    try {
      return await this.exchange(request, signal);
    } catch (error) {
      const broke = error instanceof NoAnswer && !(error instanceof NoConnection) && !signal.aborted;
      if (request.method !== 'GET' || !broke) throw error;
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
      if (signal.reason instanceof Disconnected) throw signal.reason;
      if (signal.aborted) throw new NoAnswer('it took too long');
      // The code of a library or of the system; their texts may quote.
      const reason = `there was no answer: ${code ?? name}`;
      throw this.connectErrors.has(error as Error) ? new NoConnection(reason) : new NoAnswer(reason);
    }
  }
}
