import type { Pool } from 'undici';
import { Circuit } from '../../../../platform/circuit/circuit.js';
import { loadUndici } from '../../../../platform/http-client/undici.js';
import { skipInterimResponses } from '../../../../platform/http-client/used-connection.js';
import type { AppLogger } from '../../../../platform/logging/logging.module.js';
import type { Route } from '../../routes/route.js';
import { lessonOf } from '../failures.js';
import { readableAfterFailedWrites } from './early-answers.js';
import { HealthCheck } from './health-check.js';
import type { Load } from './load.js';

/** What makes two mentions of an origin the same target: routes that agree in all of it share everything. */
export interface TargetSettings {
  /** Scheme, host and port. */
  origin: string;
  tls: Route['upstream']['tls'];
  connectTimeoutMs: number;
  breaker: Route['upstream']['breaker'];
  health: Route['upstream']['health'];
}

/** A request that looks for a target. */
export interface Asking {
  route: Route;
  /** As `Admission.caller`. */
  caller: string;
  hasBody: boolean;
}

/**
 * Below the five seconds after which Node's servers close an idle connection: a request must not meet a connection
 * that is being closed. A `Keep-Alive: timeout` of the upstream is heeded.
 */
const KEEP_ALIVE_MS = 4_000;

/** The header of an answer, at most. */
const HEADER_BYTES = 32 * 1024;

/** When the count of connections is what keeps a request waiting, its place is soon free. Milliseconds. */
const SOON_MS = 1_000;

/** One server behind the gateway: its connections, its circuit, its health. */
export class Target {
  readonly origin: string;
  readonly pool: Pool;
  /** Opens a connection for each request, and closes it after the response. */
  readonly freshConnections: Pool;
  readonly circuit: Circuit;
  private readonly health: HealthCheck | undefined;
  private isRetired = false;

  constructor(
    settings: TargetSettings,
    readonly load: Load,
    logger: AppLogger,
  ) {
    this.origin = settings.origin;
    skipInterimResponses();
    this.pool = poolOf(settings, 1);
    this.freshConnections = poolOf(settings, 0);
    this.circuit = new Circuit(settings.breaker, lessonOf, (isOpen) => {
      if (isOpen) logger.warn({ target: this.origin }, 'circuit of an upstream opened');
      else logger.info({ target: this.origin }, 'circuit of an upstream closed');
    });
    this.health =
      settings.health &&
      new HealthCheck(this.pool, settings.health, (isHealthy) => {
        if (isHealthy) logger.info({ target: this.origin }, 'upstream is healthy again');
        else logger.warn({ target: this.origin }, 'upstream failed its health check');
      });
  }

  get inFlight(): number {
    return this.load.inFlight;
  }

  /** Milliseconds until a request may go here; zero when it may at once. */
  busyFor({ route, hasBody }: Asking): number {
    if (this.isRetired) return SOON_MS;
    if (this.health?.isHealthy === false) return this.health.intervalMs;
    const shutFor = this.circuit.shutFor(hasBody);
    if (shutFor > 0) return shutFor;
    return this.inFlight < route.upstream.maxInFlight ? 0 : SOON_MS;
  }

  /** Takes a place among the requests in flight. @returns gives it back; calling it again does nothing */
  enter(caller: string): () => void {
    return this.load.enter(caller);
  }

  /** Asks no more; the latest answer goes on counting. */
  stopHealthCheck(): void {
    this.health?.stop();
  }

  /** Takes no more requests; those under way finish. */
  async retire(): Promise<void> {
    this.isRetired = true;
    this.stopHealthCheck();
    await Promise.all([this.pool, this.freshConnections].map(async (pool) => pool.closed || pool.close()));
  }

  /** Ends what is still under way. */
  async destroy(): Promise<void> {
    this.isRetired = true;
    this.stopHealthCheck();
    await Promise.all([this.pool.destroy(), this.freshConnections.destroy()]);
  }
}

/**
 * TLS is always verified, with any environment, and HTTP/2 is not offered: the proxy relies on HTTP/1.1's framing.
 * @param pipelining 0: without keep-alive, as undici has it
 */
function poolOf({ origin, tls, connectTimeoutMs }: TargetSettings, pipelining: 0 | 1): Pool {
  const undici = loadUndici();
  return new undici.Pool(origin, {
    allowH2: false,
    pipelining,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: HEADER_BYTES,
    // The proxy has clocks of its own, which know what is a slow client and what a slow upstream.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: readableAfterFailedWrites(
      undici.buildConnector({
        allowH2: false,
        timeout: connectTimeoutMs,
        rejectUnauthorized: true,
        ca: tls?.ca,
        cert: tls?.certificate,
        key: tls?.key,
        servername: tls?.serverName,
      }),
    ),
  });
}
