import type { IncomingHttpHeaders } from 'node:http';
import type { Pool } from 'undici';
import type { DirectoryConfig } from '../../../config/config.js';
import { loadUndici } from '../../../platform/http-client/undici.js';
import { skipInterimResponses } from '../../../platform/http-client/used-connection.js';
import type { AppLogger } from '../../../platform/logging/logging.module.js';
import { Disconnected } from '../../../protocol/disconnected.js';
import { DirectoryFailure, NoResponse, NoConnection } from './directory-failure.js';
import { RequestQueue } from './request-queue.js';
import type { DirectoryLimits } from './directory-limits.js';

/** `POST /auth`, and `GET /auth/users/:sub`. */
export type Operation = 'authenticate' | 'describe';

export interface DirectoryRequest {
  method: 'GET' | 'POST';
  path: string;
  /** Sent as JSON. */
  body?: object;
}

/** The body is complete and not parsed. */
export interface DirectoryResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Uint8Array;
}

/**
 * HTTP to the directory: kept-alive connections, limited in number, time and size. It follows no redirect: credentials are
 * sent to the configured origin alone.
 */
export class DirectoryConnection {
  private readonly pool: Pool;
  private readonly queues: Readonly<Record<Operation, RequestQueue>>;
  /** The errors of connections that could not be made. */
  private readonly connectErrors = new WeakSet<Error>();

  /** @param secret INTERNAL_SECRET, which authenticates this process to the directory */
  constructor(
    origin: string,
    { ca, clientCertificate: cert, clientKey: key }: DirectoryConfig,
    private readonly secret: string,
    limits: DirectoryLimits,
    logger: AppLogger,
  ) {
    const { authenticate, describe } = limits;
    skipInterimResponses();
    const undici = loadUndici();
    this.pool = new undici.Pool(origin, {
      connections: authenticate.maxInFlight + describe.maxInFlight,
      // Verified whatever NODE_TLS_REJECT_UNAUTHORIZED says, because the connection carries passwords.
      connect: { timeout: limits.connectMs, ca, cert, key, minVersion: 'TLSv1.2', rejectUnauthorized: true },
      allowH2: false,
      maxResponseSize: limits.maxResponseBytes,
    });
    this.pool.on('connectionError', (_origin, _targets, error) => void this.connectErrors.add(error));
    this.queues = {
      authenticate: new RequestQueue(authenticate, limits),
      describe: new RequestQueue(describe, limits),
    };
    for (const [operation, queue] of Object.entries(this.queues)) {
      queue.onChange((isOpen) => {
        if (isOpen)
          logger.error(
            { operation },
            'the directory failed repeatedly: no requests are sent to it for a while',
          );
        else logger.info({ operation }, 'the directory responds again');
      });
    }
  }

  /**
   * @param disconnection of the incoming request
   * @throws DirectoryFailure when there is no response, or the queue is full; Disconnected
   */
  async send(
    operation: Operation,
    request: DirectoryRequest,
    disconnection?: AbortSignal,
  ): Promise<DirectoryResponse> {
    return this.queues[operation].run((signal) => this.attempt(request, signal), disconnection);
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }

  /** Repeats a GET once after a broken connection, which may have been stale. */
  private async attempt(request: DirectoryRequest, signal: AbortSignal): Promise<DirectoryResponse> {
    try {
      return await this.exchange(request, signal);
    } catch (error) {
      const broke = error instanceof NoResponse && !(error instanceof NoConnection) && !signal.aborted;
      if (request.method !== 'GET' || !broke) throw error;
      return this.exchange(request, signal);
    }
  }

  private async exchange(
    { method, path, body }: DirectoryRequest,
    signal: AbortSignal,
  ): Promise<DirectoryResponse> {
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
      if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') throw new DirectoryFailure('its response is too large');
      if (signal.reason instanceof Disconnected) throw signal.reason;
      if (signal.aborted) throw new NoResponse('it took too long');
      // The code alone: the message may quote the request.
      const reason = `there was no response: ${code ?? name}`;
      throw this.connectErrors.has(error as Error) ? new NoConnection(reason) : new NoResponse(reason);
    }
  }
}
